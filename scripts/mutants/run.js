import { fork } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { equivalents } from './equivalents.js';
import { judgingCode } from './judging-code.js';
import { makeMutants } from './make-mutants.js';

/** @typedef {ReturnType<typeof makeMutants>[number]} Mutant */
/** @typedef {{ passed?: string, killed?: boolean, error?: string }} Answer */

/**
 * A file of tests that takes longer than this is kept from ending by the mutant: it has noticed. Long, since on a
 * machine that is busy with other things any of them may take ten times what it does alone.
 */
const patienceMs = 120_000;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [''] },
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
/** @param {{ file: string }} one */
const isChosen = ({ file }) => values.only.some((part) => file.includes(part));
const unused = new Set(equivalents.filter(isChosen));
/** @type {Map<(typeof equivalents)[number], number>} */
const places = new Map();
for (const { file, tests } of judgingCode.filter(isChosen)) {
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
const unknown = values.only.filter((part) => !judgingCode.some(({ file }) => file.includes(part)));
if (unknown.length > 0 || chosen.length === 0) {
  console.error(
    `mutants: --only ${unknown.join(' ')}: no such judging code (see scripts/mutants/judging-code.js)`,
  );
  process.exit(2);
}

const start = () =>
  fork(new URL('./try-mutants.js', import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
let child = start();

/**
 * What becomes of a mutant. A process in which a test does not end is ended itself.
 * @param {Mutant | undefined} mutant
 * @param {string[]} tests
 * @returns {Promise<'killed' | 'endless' | 'survived'>}
 */
async function fateOf(mutant, tests) {
  /** @type {Answer | undefined} */
  const answer = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), patienceMs);
    child.on('message', (/** @type {Answer} */ message) => {
      timer.refresh();
      if (message.passed !== undefined) return;
      clearTimeout(timer);
      resolve(message);
    });
    child.once('exit', (code) => reject(new Error(`the process of the tests ended with ${code}`)));
    child.send({ mutant, tests });
  });
  child.removeAllListeners();
  if (answer?.error !== undefined) throw new Error(answer.error);
  if (answer) return answer.killed ? 'killed' : 'survived';
  child.kill('SIGKILL');
  child = start();
  return 'endless';
}

/** @param {string} text */
const oneLine = (text) => text.replace(/\s+/g, ' ').slice(0, 80);
/** @param {Mutant} mutant */
const place = ({ file, line, from, to }) => `${file}:${line}  ${oneLine(from)}  →  ${oneLine(to)}`;
/** @param {typeof all} some */
const testsOf = (some) => [...new Set(some.flatMap(({ tests }) => tests))];

const began = performance.now();
if ((await fateOf(undefined, testsOf(chosen))) !== 'survived') {
  console.error('mutants: the tests fail, or do not end, with no mutant in force; mend them first');
  child.kill('SIGKILL');
  process.exit(3);
}
/** @type {Mutant[]} */
const survivors = [];
/** How many were tried of each file, and how many of them killed.
 * @type {Map<string, { killed: number, tried: number }>} */
const files = new Map();
let done = 0;
for (const { mutant, tests } of chosen) {
  if (performance.now() - began > seconds * 1000) break;
  done += 1;
  const fate = await fateOf(mutant, tests);
  const { killed, tried } = files.get(mutant.file) ?? { killed: 0, tried: 0 };
  files.set(mutant.file, { killed: killed + (fate === 'survived' ? 0 : 1), tried: tried + 1 });
  if (fate === 'survived') survivors.push(mutant);
  // One that is killed by tests that do not end is shown, too: it may have been the machine.
  if (fate !== 'killed') console.log(`${fate}  ${place(mutant)}`);
}
// A mutant that stayed in force, or an error that stayed in the books, would have killed all that came after it.
const after = await fateOf(undefined, testsOf(chosen.slice(0, done)));
child.kill('SIGKILL');
if (after !== 'survived') {
  console.error('mutants: the tests fail after the last mutant, though none is in force: nothing is known');
  process.exit(3);
}

const score = Math.round((1000 * (done - survivors.length)) / done) / 10;
await mkdir('reports', { recursive: true });
await writeFile(
  'reports/mutants.json',
  `${JSON.stringify({ all: all.length, equivalent: same, done, score, files: Object.fromEntries(files), survivors }, null, 2)}\n`,
);
for (const [file, { killed, tried }] of files) console.log(`${killed} of ${tried} killed  ${file}`);
const took = Math.round((performance.now() - began) / 1000);
console.log(
  `mutants: ${done - survivors.length} of ${done} killed, ${score} %; ${all.length} there are, and ${same} that change nothing; ${took} s`,
);
if (done < chosen.length) console.log(`mutants: time was up after ${done} of ${chosen.length}`);
if (score < least) {
  console.error(`mutants: ${score} % is less than the ${least} % that must be killed`);
  process.exitCode = 1;
}
