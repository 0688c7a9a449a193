import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { suites } from '../../suites/index.ts';
import { makePlan } from '../conform/plan.ts';
import { type Contract, InputError, requirementsOf } from '../contract/contract.ts';
import { loadContract } from '../contract/load.ts';
import { type SurfaceName, surfaceNames } from '../contract/requirement.ts';
import { type Choice, chooseTrials } from '../prove/choose-trials.ts';
import { type KillMatrix, killMatrix } from '../prove/kill-matrix.ts';
import { matrixJson } from '../prove/matrix-json.ts';
import { matrixPage } from '../prove/matrix-page.ts';
import { sentenceOf } from '../prove/problem.ts';
import { runTrials } from '../prove/run-trials.ts';
import { Threads } from '../prove/threads.ts';
import { nameOf, type Trial, type TrialResult } from '../prove/trial.ts';
import { allFaults } from '../reference/faults.ts';
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
  const results = await performAll(trials, options.jobs, interrupt.signal).finally(interrupt.release);
  if (interrupt.signal.aborted) {
    await Promise.all(outputs.map(({ output }) => output.discard()));
    say('plumbline: stopped, and nothing written: a part of the matrix proves nothing');
    return exitCodes.broken;
  }
  const matrix = killMatrix({
    faults,
    requirements: requirementsOf(contract).filter(({ surface }) => surfaces.includes(surface)),
    dialects: dialectsOf(contract),
    results,
    whole,
  });
  for (const { output, render } of outputs) {
    await output.write(render({ ...matrix, whole: isWhole }));
    await output.end();
  }
  process.stdout.write(summary(matrix, options.out));
  return matrix.problems.length > 0 ? unproven : exitCodes.done;
}

async function choiceOf(contract: Contract, surfaces: readonly SurfaceName[]): Promise<Choice> {
  const targets = await targetsOf(describeReference({ contract }), 'the reference server', contract, {
    proven: true,
  });
  const chosen = targets.map((target) => ({ target, dialect: target.dialect }));
  const plans = makePlan(contract, chosen, suites, { only: [], slow: false });
  return {
    surfaces,
    faults: allFaults(contract),
    impostors: [],
    checks: plans.flatMap(({ checks }) => checks),
  };
}

async function performAll(
  trials: readonly Trial[],
  jobs: number,
  signal: AbortSignal,
): Promise<TrialResult[]> {
  const threads = new Threads<Trial, TrialResult>(
    new URL('./prove-worker.js', import.meta.url),
    Math.min(availableParallelism(), jobs, trials.length),
  );
  const began = performance.now();
  try {
    return await runTrials(trials, {
      perform: (trial) => threads.perform(trial),
      jobs,
      signal,
      onDone: (result, done) => progress(result, done, trials.length, performance.now() - began),
    });
  } finally {
    await threads.close();
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  }
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
