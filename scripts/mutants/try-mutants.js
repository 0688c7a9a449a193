import { resolve } from 'node:path';
import { createVitest } from 'vitest/node';

/** @typedef {ReturnType<typeof import('./make-mutants.js').makeMutants>[number]} Mutant */
/** @typedef {{ mutant: Mutant | undefined, tests: string[] }} Task */

/** The mutant that is in force: no file is written, its text is exchanged while it is read.
 * @type {Mutant | undefined} */
let current;

// Threads, so that a test that never ends goes away with this process.
const ready = createVitest(
  'test',
  { watch: false, pool: 'threads', reporters: [{}], testTimeout: 30_000, bail: 1 },
  {
    plugins: [
      {
        name: 'mutant',
        enforce: 'pre',
        transform(code, id) {
          if (!current || id.split('?')[0] !== resolve(current.file)) return undefined;
          return `${code.slice(0, current.start)}${current.to}${code.slice(current.end)}`;
        },
      },
    ],
  },
);

/**
 * Whether some of these tests fail with the mutant in force; one file after the other, until one does.
 * @param {Task} task
 */
async function isKilled({ mutant, tests }) {
  const vitest = await ready;
  current = mutant;
  if (mutant) vitest.invalidateFile(resolve(mutant.file));
  try {
    for (const test of tests) {
      const specifications = await vitest.globTestSpecifications([test]);
      const { testModules } = await vitest.runTestSpecifications(specifications);
      // What vitest gives back are all files that it has ever run: the others tell of other mutants.
      const ran = testModules.find((one) => one.moduleId === resolve(test));
      if (!ran) throw new Error(`there is no ${test}`);
      const state = ran.state();
      if (state === 'failed') return true;
      if (state !== 'passed') throw new Error(`${test} is ${state}`);
      process.send?.({ passed: test });
    }
    return false;
  } finally {
    if (mutant) vitest.invalidateFile(resolve(mutant.file));
  }
}

process.on('message', async (/** @type {Task} */ task) => {
  try {
    process.send?.({ killed: await isKilled(task) });
  } catch (cause) {
    process.send?.({ error: String(cause) });
  }
});
process.on('disconnect', () => process.exit());
