import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { suites } from '../../suites/index.ts';
import { makePlan } from '../conform/plan.ts';
import { type Contract, InputError, requirementsOf } from '../contract/contract.ts';
import { loadContract } from '../contract/load.ts';
import { type SurfaceName, surfaceNames } from '../contract/requirement.ts';
import { type Choice, chooseTrials } from '../prove/choose-trials.ts';
import { doubtful, type Earlier, type KillMatrix, killMatrix } from '../prove/kill-matrix.ts';
import { matrixJson } from '../prove/matrix-json.ts';
import { matrixPage } from '../prove/matrix-page.ts';
import { sentenceOf } from '../prove/problem.ts';
import { runTrials } from '../prove/run-trials.ts';
import { Threads } from '../prove/threads.ts';
import { nameOf, type Trial, type TrialResult } from '../prove/trial.ts';
import { allFaults } from '../reference/faults.ts';
import { impostors } from '../reference/impostors/impostors.ts';
import { describeReference } from '../reference/start.ts';
import type { Output } from '../report/output.ts';
import { toFile } from '../report/to-file.ts';
import { targetsOf } from '../target/load.ts';
import { exitCodes } from './exit.ts';
import { onInterrupt } from './interrupt.ts';
import type { ProveOptions } from './options.ts';

/** Exit code where the suites do not prove what they are for. */
const unproven = 1;

/** `plumbline prove`: every fault and every impostor against the suites. Resolves to the exit code. */
export async function prove(options: ProveOptions): Promise<number> {
  const contract = await loadContract();
  const surfaces = options.surface.length > 0 ? options.surface : surfaceNames;
  const { trials, faults, whole } = chooseTrials(await choiceOf(contract, surfaces), options.only);
  const isWhole = whole && options.surface.length === 0;
  const outputs = await openOutputs(options.out);
  const interrupt = onInterrupt(() => say('\nplumbline: stopping; once more to stop at once'));
  const judged = (results: readonly TrialResult[]): KillMatrix =>
    killMatrix({
      faults,
      requirements: requirementsOf(contract).filter(({ surface }) => surfaces.includes(surface)),
      dialects: dialectsOf(contract),
      earlier: earlierOf(contract),
      results,
      whole,
    });
  const matrix = await performAll(trials, options.jobs, interrupt.signal, judged).finally(interrupt.release);
  if (interrupt.signal.aborted) {
    await Promise.all(outputs.map(({ output }) => output.discard()));
    say('plumbline: stopped, and nothing written: a part of the matrix proves nothing');
    return exitCodes.broken;
  }
  for (const { output, render } of outputs) {
    await output.write(render({ ...matrix, whole: isWhole }));
    await output.end();
  }
  process.stdout.write(summary(matrix, options.out));
  return matrix.problems.length > 0 ? unproven : exitCodes.done;
}

async function choiceOf(contract: Contract, surfaces: readonly SurfaceName[]): Promise<Choice> {
  // The versions of emit exclude each other: a server speaks one of them.
  const [first, ...later] = Object.keys(contract.emit.dialects);
  const entries = [
    ...describeReference({ contract, dialects: first === undefined ? {} : { emit: first } }),
    ...later.flatMap((emit) => describeReference({ contract, surfaces: ['emit'], dialects: { emit } })),
  ];
  const targets = (
    await Promise.all(
      entries.map((entry) => targetsOf([entry], 'the reference server', contract, { proven: true })),
    )
  ).flat();
  const chosen = targets.map((target) => ({ target, dialect: target.dialect }));
  const plans = makePlan(contract, chosen, suites, { only: [], slow: false });
  return {
    surfaces,
    dialects: dialectsOf(contract),
    earlier: earlierOf(contract),
    requirements: requirementsOf(contract),
    faults: allFaults(contract),
    impostors: impostors.map(({ id }) => id),
    checks: plans.flatMap(({ checks }) => checks),
  };
}

/**
 * Performs all trials; then the doubtful ones once more, one for each thread, and what these come to counts: a
 * machine that others are busy on is to give no false result.
 */
async function performAll(
  trials: readonly Trial[],
  jobs: number,
  signal: AbortSignal,
  judged: (results: readonly TrialResult[]) => KillMatrix,
): Promise<KillMatrix> {
  const size = Math.min(availableParallelism(), jobs, trials.length);
  const threads = new Threads<Trial, TrialResult>(new URL('./prove-worker.js', import.meta.url), size);
  const work = async (some: readonly Trial[], atATime: number): Promise<TrialResult[]> => {
    const began = performance.now();
    return runTrials(some, {
      ...{ perform: (trial: Trial) => threads.perform(trial), jobs: atATime, signal },
      onDone: (result, done) => progress(result, done, some.length, performance.now() - began),
    });
  };
  try {
    const first = await work(trials, jobs);
    const matrix = judged(first);
    const again = doubtful(matrix.problems, trials);
    if (again.length === 0 || again.length > mostDoubtful || signal.aborted) return matrix;
    say(`plumbline: once more, with time to spare: ${again.map(nameOf).join(', ')}`);
    const second = await work(again, size);
    return judged([...first.filter(({ trial }) => !again.some((one) => isSame(one, trial))), ...second]);
  } finally {
    await threads.close();
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  }
}

/** More than so many are no accident, and not worth the time. */
const mostDoubtful = 24;

function isSame(a: Trial, b: Trial): boolean {
  return nameOf(a) === nameOf(b);
}

function progress({ trial }: TrialResult, done: number, of: number, ms: number): void {
  const line = `${done} of ${of}  ${Math.round(ms / 1000)} s  ${nameOf(trial)}`;
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  } else if (done % 25 === 0 || done === of) say(line);
}

/** Opened before anything runs: half an hour later is too late to learn that they cannot be written. */
async function openOutputs(
  folder: string,
): Promise<readonly { readonly output: Output; readonly render: (matrix: KillMatrix) => string }[]> {
  const open = async (name: string): Promise<Output> =>
    toFile(join(folder, name), 'whole').catch((cause: Error) => {
      throw new InputError(`--out ${folder}: ${name} cannot be written: ${cause.message}`, { cause });
    });
  return [
    { output: await open('kill-matrix.json'), render: matrixJson },
    { output: await open('kill-matrix.md'), render: matrixPage },
  ];
}

function dialectsOf(contract: Contract): Readonly<Record<SurfaceName, readonly string[]>> {
  const of = (surface: SurfaceName): string[] => Object.keys(contract[surface].dialects);
  return { pusher: of('pusher'), beam: of('beam'), emit: of('emit') };
}

/** Dialect → the earlier one that it extends: only the versions of emit have one. */
export function earlierOf(contract: Contract): Earlier {
  return Object.fromEntries(
    Object.entries(contract.emit.rules.dialects).flatMap(([name, { extends: before }]) =>
      before === undefined ? [] : [[name, before]],
    ),
  );
}

function summary({ totals, problems }: KillMatrix, folder: string): string {
  const verdict = problems.length === 0 ? pc.green('PROVEN') : pc.red('NOT PROVEN');
  return [
    ...problems.map((problem) => `${pc.red('✗')} ${sentenceOf(problem)}`),
    `${verdict}  ${totals.killed} of ${totals.faults} faults killed · ${totals.mustChecksThatFail} of ${totals.mustChecks} MUST checks can fail · ${totals.impostors} impostors · ${problems.length} problems`,
    `  ${join(folder, 'kill-matrix.json')}, ${join(folder, 'kill-matrix.md')}`,
    '',
  ].join('\n');
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
