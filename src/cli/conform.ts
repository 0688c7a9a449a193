import { arch, availableParallelism, release, type } from 'node:os';
import type { Baseline } from '../conform/baseline/baseline.ts';
import { makePlan, type TargetPlan } from '../conform/plan.ts';
import type { RunResult } from '../conform/run.ts';
import { type Contract, InputError } from '../contract/contract.ts';
import { loadContract } from '../contract/load.ts';
import { type SurfaceName, surfaceNames } from '../contract/requirement.ts';
import type { SuiteFactory } from '../suite/surface.ts';
import type { Target } from '../target/target.ts';
import { again } from './again.ts';
import type { BaselineInUse } from './baseline.ts';
import { type DialectOptions, resolveDialect } from './dialects.ts';
import { exitCodes } from './exit.ts';
import { onInterrupt } from './interrupt.ts';
import type { ConformOptions } from './options.ts';
import { chooseTargets } from './targets.ts';
import { version } from './version.ts';

/** `plumbline conform`: judges targets, or prints what it would do. Resolves to the exit code. */
export async function conform(options: ConformOptions): Promise<number> {
  if (options.exampleTarget) {
    return print(await example(options.exampleTarget));
  }
  const contract = await loadContract();
  const isOffline = options.list || options.dryRun || options.explain !== undefined;
  const baseline = isOffline ? undefined : await openBaseline(options, contract);
  // From here on there may be files, threads and programs to tidy up after.
  const interrupt = isOffline
    ? undefined
    : onInterrupt(() => say('\nplumbline: stopping; once more to stop at once'));
  try {
    const { targets, names, close } = await chooseTargets(options, contract, isOffline);
    try {
      if (!interrupt) return await look(options, contract, targets);
      const known = baseline && { file: baseline, names: await names() };
      return await judge(options, contract, targets, interrupt.signal, known);
    } finally {
      await close();
    }
  } finally {
    interrupt?.release();
    await baseline?.discard();
  }
}

/** @throws InputError where there is none of that name. */
async function example(name: string): Promise<string> {
  const { exampleTarget } = await import('../target/example.ts');
  const surface = surfaceNames.find((one) => one === name);
  if (surface) return exampleTarget(surface);
  const { exampleServer, exampleServers } = await import('../target/example-servers.ts');
  const servers = exampleServers();
  if (servers.includes(name)) return exampleServer(name);
  throw new InputError(
    `--example-target ${name}: there is one for each surface (${surfaceNames.join(', ')}) and for ${servers.join(', ')}`,
  );
}

/** What is there, and what would be done: no connection is made. */
async function look(
  options: ConformOptions,
  contract: Contract,
  targets: readonly Target[],
): Promise<number> {
  const { plans } = await planned(options, contract, targets);
  if (options.explain !== undefined) {
    const { explain } = await import('./explain.ts');
    return print(explain(options.explain, contract, plans));
  }
  if (options.list) {
    const { list } = await import('./list.ts');
    return print(list(plans));
  }
  const { dryRun } = await import('./dry-run.ts');
  return print(dryRun(plans, options.verbose));
}

async function judge(
  options: ConformOptions,
  contract: Contract,
  targets: readonly Target[],
  signal: AbortSignal,
  known?: { readonly file: BaselineInUse; readonly names: readonly string[] },
): Promise<number> {
  const { openReports } = await import('../report/index.ts');
  const { level, verbose, seed, bail, slow, repeat, jobs } = options;
  const { stdout, stderr, env } = process;
  const reports = await openReports(options.reporter, {
    ...{ level, verbose, stdout, stderr, env },
    machine: `Node ${process.versions.node}, ${type()} ${release()} ${arch()}, ${availableParallelism()} CPUs`,
  });
  const [multiplier, waitMs] = [options.timeoutMultiplier, options.waitForTarget * 1000];
  try {
    const { plans, found } = await planned(options, contract, targets, { seed, multiplier, waitMs, signal });
    proveWorth(plans);
    const baseline = known?.file.for(await wholePlans(options, contract, found), known.names);
    for (const { target, dialect, reason } of found) {
      if (reason !== undefined) say(`plumbline: ${target.name} is judged as ${dialect}: ${reason}`);
    }
    const { run } = await import('../conform/run.ts');
    const result = await run(plans, {
      ...{ jobs, seed, multiplier, level, slow, bail, waitMs, repeat, signal },
      version: version(),
      contractHash: contract.hash,
      command: again(options),
      reporters: reports.reporters,
      ...(baseline ? { baseline } : {}),
    });
    for (const one of result.unwritten) {
      say(`plumbline: a report could not be written: ${one}; exit ${result.exit}`);
    }
    if (known && baseline && !(await updated(known.file, baseline, result))) {
      return result.exit === 1 ? result.exit : exitCodes.broken;
    }
    return result.exit;
  } finally {
    await reports.discard();
  }
}

/** Read before anything is started, and only where there is one. */
async function openBaseline(options: ConformOptions, contract: Contract): Promise<BaselineInUse | undefined> {
  if (options.baseline === undefined && !options.updateBaseline) return undefined;
  const { BaselineInUse } = await import('./baseline.ts');
  return BaselineInUse.open(options.baseline, options, contract);
}

/** False where the file could not be written. */
async function updated(file: BaselineInUse, baseline: Baseline, result: RunResult): Promise<boolean> {
  try {
    await file.update(baseline, result, say);
    return true;
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    say(`plumbline: the baseline could not be written, and is as it was: ${(cause as Error).message}`);
    return false;
  }
}

/** All that could be asked of the targets, whatever part of it this run is for. */
async function wholePlans(
  options: ConformOptions,
  contract: Contract,
  targets: readonly { readonly target: Target; readonly dialect: string }[],
): Promise<TargetPlan[]> {
  const suites = await suitesFor(options);
  return makePlan(contract, targets, suites, {
    ...{ only: [], slow: true, destructive: true },
    optional: options.optional,
  });
}

async function planned(
  options: ConformOptions,
  contract: Contract,
  targets: readonly Target[],
  discovery?: DialectOptions['discovery'],
) {
  const suites = await suitesFor(options);
  const how = { contract, suites, dialects: options.dialect, ...(discovery ? { discovery } : {}) };
  const found = await Promise.all(targets.map((target) => resolveDialect(target, how)));
  return {
    plans: makePlan(contract, found, suites, {
      only: options.only,
      slow: options.slow,
      destructive: options.destructive,
      optional: options.optional,
    }),
    found,
  };
}

/** What is asked: of servers, or of a client to which the server is played. */
async function suitesFor({ client }: ConformOptions): Promise<Readonly<Record<SurfaceName, SuiteFactory>>> {
  const { clientSuites, suites } = await import('../../suites/index.ts');
  return client === undefined ? suites : { ...suites, ...clientSuites };
}

/** @throws InputError where nothing would be asked of any target: that must not look like a success. */
function proveWorth(plans: readonly TargetPlan[]): void {
  const checks = plans.flatMap((plan) => plan.checks);
  const idle = ['not-applicable', 'not-run'];
  if (checks.some(({ settled }) => !settled || !idle.includes(settled.outcome))) return;
  const notRun = checks.flatMap(({ settled }) => (settled?.outcome === 'not-run' ? [settled.reason] : []));
  const why = notRun.find((reason) => reason !== 'not selected') ?? checks[0]?.settled?.reason;
  throw new InputError(`nothing to run: ${why ?? 'no check fits these targets'} (see --dry-run)`);
}

function print(text: string): number {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return exitCodes.done;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
