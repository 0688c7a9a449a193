import { fork } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { equivalents } from './equivalents.js';
import { judgingCode } from './judging-code.js';
import { makeMutants } from './make-mutants.js';

/** @typedef {ReturnType<typeof makeMutants>[number]} Mutant */
/** @typedef {{ killed?: boolean, error?: string }} Answer */

/** Tests that take longer than this with a mutant are kept from ending by it: they have noticed. */
const patienceMs = 20_000;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    every: { type: 'string', default: '1' },
    least: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '3600' },
  },
});
const [every, least, seconds] = [Number(values.every), Number(values.least), Number(values.seconds)];
if (![every, least, seconds].every((number) => number >= 0) || !Number.isInteger(every) || every < 1) {
  console.error('mutants: --every, --least and --seconds take a number; --only takes a part of a path');
  process.exit(2);
}

/** @type {{ mutant: Mutant, tests: string[] }[]} */
const all = [];
let same = 0;
const unused = new Set(equivalents.filter(({ file }) => file.includes(values.only)));
/** @type {Map<(typeof equivalents)[number], number>} */
const places = new Map();
for (const { file, tests } of judgingCode.filter(({ file }) => file.includes(values.only))) {
  const text = await readFile(file, 'utf8');
  const lines = text.split('\n');
  for (const mutant of makeMutants(file, text)) {
    const { line, from, to } = mutant;
    const code = lines[line - 1]?.trim();
    const known = equivalents.find(
      (one) => one.file === file && one.code === code && one.from === from && one.to === to,
    );
    if (known) {
      unused.delete(known);
      const place = places.get(known) ?? line;
      if (place !== line) {
        console.error(
          `mutants: scripts/mutants/equivalents.js: ${file}:${place} and :${line} read alike: ${code}`,
        );
        process.exit(2);
      }
      places.set(known, line);
      same += 1;
    } else all.push({ mutant, tests });
  }
}
for (const { file, code, from, to } of unused) {
  console.error(`mutants: scripts/mutants/equivalents.js: ${file} has no mutant ${from} → ${to} in: ${code}`);
}
if (unused.size > 0) process.exit(2);
// An even spread, the same at each run.
const chosen = all.filter((_, at) => at % every === 0);
if (chosen.length === 0) {
  console.error(`mutants: --only ${values.only}: no such judging code (see scripts/mutants/judging-code.js)`);
  process.exit(2);
}

const start = () =>
  fork(new URL('./try-mutants.js', import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
let child = start();

/**
 * Whether a mutant is killed. A process in which a test does not end is ended itself.
 * @param {Mutant | undefined} mutant
 * @param {string[]} tests
 * @returns {Promise<boolean>}
 */
async function isKilled(mutant, tests) {
  /** @type {Answer | undefined} */
  const answer = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), mutant ? patienceMs : 6 * patienceMs);
    child.once('message', (/** @type {Answer} */ message) => {
      clearTimeout(timer);
      resolve(message);
    });
    child.once('exit', (code) => reject(new Error(`the process of the tests ended with ${code}`)));
    child.send({ mutant, tests });
  });
  child.removeAllListeners();
  if (answer?.error !== undefined) throw new Error(answer.error);
  if (answer) return answer.killed === true;
  child.kill('SIGKILL');
  child = start();
  return true;
}

/** @param {string} text */
const oneLine = (text) => text.replace(/\s+/g, ' ').slice(0, 80);
/** @param {Mutant} mutant */
const place = ({ file, line, from, to }) => `${file}:${line}  ${oneLine(from)}  →  ${oneLine(to)}`;

const began = performance.now();
if (await isKilled(undefined, [...new Set(chosen.flatMap(({ tests }) => tests))])) {
  console.error('mutants: the tests fail, or do not end, with no mutant in force; mend them first');
  child.kill('SIGKILL');
  process.exit(3);
}
/** @type {Mutant[]} */
const survivors = [];
let done = 0;
for (const { mutant, tests } of chosen) {
  if (performance.now() - began > seconds * 1000) break;
  done += 1;
  if (await isKilled(mutant, tests)) continue;
  survivors.push(mutant);
  console.log(`survived  ${place(mutant)}`);
}
// A mutant that stayed in force, or an error that stayed in the books, would have killed all that came after it.
const isSpoilt = await isKilled(undefined, [...new Set(chosen.slice(0, done).flatMap(({ tests }) => tests))]);
child.kill('SIGKILL');
if (isSpoilt) {
  console.error('mutants: the tests fail after the last mutant, though none is in force: nothing is known');
  process.exit(3);
}

const score = Math.round((1000 * (done - survivors.length)) / done) / 10;
await mkdir('reports', { recursive: true });
await writeFile(
  'reports/mutants.json',
  `${JSON.stringify({ all: all.length, equivalent: same, done, score, survivors }, null, 2)}\n`,
);
const took = Math.round((performance.now() - began) / 1000);
console.log(
  `mutants: ${done - survivors.length} of ${done} killed, ${score} %; ${all.length} there are, and ${same} that change nothing; ${took} s`,
);
if (done < chosen.length) console.log(`mutants: time was up after ${done} of ${chosen.length}`);
if (score < least) {
  console.error(`mutants: ${score} % is less than the ${least} % that must be killed`);
  process.exitCode = 1;
}
