import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OutcomeChange, type Outcomes, outcomeChanges, outcomesIn } from '../conform/outcome-changes.ts';
import { InputError } from '../contract/contract.ts';
import { packageRoot } from '../contract/spec-files.ts';
import { exitCodes } from './exit.ts';
import { Hogs } from './hogs.ts';
import { onInterrupt } from './interrupt.ts';
import type { FlakesOptions } from './options.ts';

/** Scenes at a time, run by run: what is order and what is crowd must not decide an outcome. */
const jobsInTurn = [1, 16, 32] as const;

/** How one run is carried out. */
export interface FlakeRun {
  readonly seed: number;
  readonly jobs: number;
  /** True where it has CPU hogs beside it. */
  readonly isBusy: boolean;
}

/** The runs of a hunt: every other one is beside hogs; seed and jobs differ. */
export function flakeRuns({ runs, hogs, jobs, seed }: Omit<FlakesOptions, 'rest'>): FlakeRun[] {
  return Array.from({ length: runs }, (_, at) => ({
    seed: (seed + at) % 2 ** 32,
    // Each number of jobs is tried both beside hogs and without.
    jobs: jobs ?? jobsInTurn[Math.floor(at / 2) % jobsInTurn.length] ?? 32,
    isBusy: hogs > 0 && at % 2 === 1,
  }));
}

/**
 * `plumbline flakes`: runs `conform` again and again, half of the time on a machine that is kept busy, and
 * holds every outcome against that of the first run. Resolves to the exit code: 1 on any change.
 * @throws InputError where `conform` refuses its options.
 */
export async function flakes(options: FlakesOptions): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-flakes-'));
  const interrupt = onInterrupt(() => say('\nplumbline: stopping; once more to stop at once'));
  try {
    return await hunt(options, join(folder, 'result.json'), interrupt.signal);
  } finally {
    interrupt.release();
    await rm(folder, { recursive: true, force: true });
  }
}

async function hunt(options: FlakesOptions, file: string, signal: AbortSignal): Promise<number> {
  const runs = flakeRuns(options);
  let first: Outcomes | undefined;
  let [changed, done] = [0, 0];
  for (const [at, run] of runs.entries()) {
    const { outcomes, exit, ms } = await performed(run, options, file, signal);
    if (signal.aborted) break;
    done += 1;
    first ??= outcomes;
    const changes = outcomeChanges(first, outcomes);
    if (changes.length > 0) changed += 1;
    const where = `${run.isBusy ? `${options.hogs} hogs` : 'quiet'} · jobs ${run.jobs} · seed ${run.seed}`;
    const what =
      at === 0 ? `${outcomes.size} checks` : changes.length === 0 ? 'no change' : `${changes.length} changed`;
    print(
      `run ${at + 1} of ${runs.length} · ${where} · ${(ms / 1000).toFixed(1)} s · exit ${exit} · ${what}`,
    );
    for (const change of changes) for (const line of story(change)) print(line);
  }
  if (signal.aborted) {
    print(`stopped after ${done} of ${runs.length} runs, ${changed} of them with changes`);
    return changed > 0 ? 1 : exitCodes.broken;
  }
  print(
    changed > 0
      ? `FLAKY  ${changed} of ${done} runs differ from the first`
      : `STEADY  ${done} runs, no change`,
  );
  return changed > 0 ? 1 : exitCodes.done;
}

async function performed(run: FlakeRun, options: FlakesOptions, file: string, signal: AbortSignal) {
  const hogs = await Hogs.start(run.isBusy ? options.hogs : 0);
  try {
    const { exit, stderr, ms } = await conformed(run, options.rest, file, signal);
    if (exit === exitCodes.usage) throw new InputError(stderr.replace(/^plumbline: /, '').trim());
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined && !signal.aborted)
      throw new Error(`a run left no result (exit ${exit}): ${stderr.trim()}`);
    return { outcomes: text === undefined ? new Map() : outcomesIn(JSON.parse(text)), exit, ms };
  } finally {
    await hogs.end();
    await rm(file, { force: true });
  }
}

/** Each run is a process of its own: nothing of one is left for the next. */
async function conformed(run: FlakeRun, rest: readonly string[], file: string, signal: AbortSignal) {
  const launcher = join(packageRoot(), 'bin', 'plumbline.js');
  const own = ['--seed', `${run.seed}`, '--jobs', `${run.jobs}`, '--reporter', `json=${file}`];
  const began = performance.now();
  const child = spawn(process.execPath, [launcher, 'conform', ...rest, ...own], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stop = (): boolean => child.kill('SIGINT');
  signal.addEventListener('abort', stop, { once: true });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exit = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  signal.removeEventListener('abort', stop);
  return { exit, stderr, ms: performance.now() - began };
}

function story({ check, first, now }: OutcomeChange): string[] {
  const side = (one: OutcomeChange['now']): string => one?.outcome ?? 'not there';
  return [
    `  ${check}: ${side(first)} → ${side(now)}`,
    ...(now?.why ? [`      ${now.why}`] : []),
    ...(first?.why && first.outcome !== 'passed' ? [`      first: ${first.why}`] : []),
  ];
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
