import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contract } from '../../src/contract/contract.ts';
import { type BenchResult, isMet, type ProfileLine } from './bench-result.ts';
import { ratioOf } from './compare.ts';
import { type Cost, costOf, type Start } from './process-cost.ts';
import { topFunctions } from './profile.ts';
import { recordSuite } from './record-suite.ts';
import { onReference } from './replay/reference-thread.ts';
import { rehearse } from './replay/rehearse.ts';
import type { Fidelity } from './replay/replay.ts';
import type { TargetScript } from './replay/script.ts';

/** A replay of which less came again than this is not the same exchanges. */
const leastFaithful = 0.98;

/** How much is measured. */
export interface SuiteEffort {
  readonly repeats: number;
  /** No round is begun that would end later, and no process takes longer; the recording is not counted. */
  readonly budgetMs: number;
}

/** The suite and a replay, one after the other. */
interface Round {
  readonly suite: Cost;
  readonly bare: Cost;
  readonly fidelity: Fidelity;
}

/**
 * The default suite against a bare replay of the exchanges it comes to, in turns; both are whole processes that start the
 * same server. `tell` is told how far it has come, since it takes minutes.
 * @throws Error where no round succeeds, or the replay strays from the recording.
 */
export async function suiteCost(
  root: string,
  contract: Contract,
  { repeats, budgetMs }: SuiteEffort,
  tell: (line: string) => void,
): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
  const start: Start = { root, folder, mostMs: budgetMs };
  try {
    // The launcher builds what is older than its source: nobody's cost here.
    await costOf(start, ['bin/plumbline.js', 'conform', '--list']);
    tell('performing the default suite, to record it');
    const recorded = await onReference(root, contract, (entries) => recordSuite(entries, contract));
    tell('rehearsing its replay');
    const { scripts, struck, of } = await rehearse(root, contract, recorded);
    const file = join(folder, 'script.json');
    // It holds what opens the embedded server, and nothing else.
    writeFileSync(file, JSON.stringify(scripts), { mode: 0o600 });
    const rounds = await roundsOf(start, file, repeats, tell);
    const notes = [
      `${sizeOf(scripts)}; ${struck} of ${of} arrivals are not waited for, since they did not come again in a rehearsal`,
      faithful(rounds),
    ];
    return await results(start, rounds, notes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function roundsOf(
  start: Start,
  file: string,
  repeats: number,
  tell: (line: string) => void,
): Promise<readonly Round[]> {
  const suite = (): Promise<Cost> => costOf(start, ['bin/plumbline.js', 'conform']);
  const bare = (): Promise<Cost> => costOf(start, ['.cache/bench/replay.mjs', file, start.root]);
  const until = performance.now() + start.mostMs;
  const rounds: Round[] = [];
  let failure: unknown;
  let longest = 0;
  for (let n = 0; n < repeats && performance.now() + longest < until; n++) {
    const began = performance.now();
    try {
      const [first, second] = n % 2 === 0 ? [suite, bare] : [bare, suite];
      const costs = [await first(), await second()] as const;
      const [ofSuite, ofBare] = n % 2 === 0 ? costs : [costs[1], costs[0]];
      const fidelity = JSON.parse(ofBare.said) as Fidelity;
      rounds.push({ suite: ofSuite, bare: ofBare, fidelity });
      tell(`round ${n + 1} of ${repeats}: suite ${inSeconds(ofSuite)}, replay ${inSeconds(ofBare)}`);
    } catch (cause) {
      failure = cause;
      tell(`round ${n + 1} of ${repeats} does not count: ${(cause as Error).message}`);
    }
    longest = Math.max(longest, performance.now() - began);
  }
  if (rounds.length === 0) throw failure ?? new Error('no time for a single round');
  return rounds;
}

async function results(
  start: Start,
  rounds: readonly Round[],
  notes: readonly string[],
): Promise<BenchResult[]> {
  // A replay that waited in vain has measured its own patience: by the clock it is none, while the CPU was idle.
  const straight = rounds.filter(({ fidelity }) => fidelity.inVainMs === 0);
  const measured: BenchResult[] = [
    {
      id: 'suite cpu',
      what: 'the default suite / a bare replay of its exchanges, CPU of all threads, the server among them',
      aim: { most: 1.5 },
      ratio: ratioOf(rounds.map(({ suite, bare }) => suite.cpu / bare.cpu)),
      notes: [...notes, `${rounds.length} rounds`],
    },
  ];
  if (straight.length > 0)
    measured.unshift({
      id: 'suite wall',
      what: 'the default suite / a bare replay of its exchanges, by the clock, whole processes',
      aim: { most: 1.5 },
      ratio: ratioOf(straight.map(({ suite, bare }) => suite.wall / bare.wall)),
      notes: [...notes, `${straight.length} of ${rounds.length} rounds, those that did not wait in vain`],
    });
  if (measured.every((result) => isMet(result))) return measured;
  const profile = await suiteProfile(start);
  return measured.map((result) => (isMet(result) ? result : { ...result, profile }));
}

/**
 * How much came again, in words.
 * @throws Error where it is too little for the same exchanges.
 */
function faithful(rounds: readonly Round[]): string {
  const worst = rounds
    .map(({ fidelity }) => fidelity)
    .reduce((a, b) => (a.astray.length >= b.astray.length ? a : b));
  const share = 1 - worst.astray.length / worst.awaited;
  if (share >= leastFaithful)
    return `in the worst replay ${(100 * share).toFixed(2)} % of ${worst.awaited} arrivals as recorded`;
  const some = worst.astray.slice(0, 5).map(({ where, words }) => `${where}: ${words}`);
  throw new Error(`the replay strays (${worst.astray.length} of ${worst.awaited}): ${some.join('; ')}`);
}

function inSeconds({ wall, cpu }: Cost): string {
  return `${(wall / 1000).toFixed(1)} s (CPU ${(cpu / 1000).toFixed(1)} s)`;
}

function sizeOf(scripts: readonly TargetScript[]): string {
  const scenes = scripts.flatMap((script) => script.scenes);
  const lines = scenes.flatMap((scene) => scene.lines);
  const count = (what: string): number => lines.filter((line) => 'do' in line && line.do === what).length;
  return `${scenes.length} scenes, ${count('dial')} dials, ${count('send')} messages, ${count('ask')} requests`;
}

/** Where the suite itself spends its time; the thread of the server is not in it. */
async function suiteProfile(start: Start): Promise<ProfileLine[]> {
  const prof = ['--cpu-prof', '--cpu-prof-dir', start.folder, '--cpu-prof-name', 'suite.cpuprofile'];
  await costOf(start, ['bin/plumbline.js', 'conform'], prof);
  return topFunctions(JSON.parse(readFileSync(join(start.folder, 'suite.cpuprofile'), 'utf8')));
}
