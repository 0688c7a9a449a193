import { makePlan, type TargetPlan } from '../conform/plan.ts';
import { type Contract, InputError } from '../contract/contract.ts';
import { loadContract } from '../contract/load.ts';
import type { Target } from '../target/target.ts';
import { again } from './again.ts';
import { type DialectOptions, resolveDialect } from './dialects.ts';
import { exitCodes } from './exit.ts';
import { onInterrupt } from './interrupt.ts';
import type { ConformOptions } from './options.ts';
import { chooseTargets } from './targets.ts';
import { version } from './version.ts';

/** `plumbline conform`: judges targets, or prints what it would do. Resolves to the exit code. */
export async function conform(options: ConformOptions): Promise<number> {
  if (options.exampleTarget) {
    const { exampleTarget } = await import('../target/example.ts');
    return print(exampleTarget(options.exampleTarget));
  }
  const contract = await loadContract();
  const isOffline = options.list || options.dryRun || options.explain !== undefined;
  // From here on there may be files, threads and programs to tidy up after.
  const interrupt = isOffline
    ? undefined
    : onInterrupt(() => say('\nplumbline: stopping; once more to stop at once'));
  try {
    const { targets, close } = await chooseTargets(options, contract, isOffline);
    try {
      return await (interrupt
        ? judge(options, contract, targets, interrupt.signal)
        : look(options, contract, targets));
    } finally {
      await close();
    }
  } finally {
    interrupt?.release();
  }
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
): Promise<number> {
  const { openReports } = await import('../report/index.ts');
  const { level, verbose, seed, bail, slow, repeat, jobs } = options;
  const { stdout, env } = process;
  const reports = await openReports(options.reporter, { level, verbose, stdout, env });
  const [multiplier, waitMs] = [options.timeoutMultiplier, options.waitForTarget * 1000];
  try {
    const { plans, found } = await planned(options, contract, targets, { seed, multiplier, waitMs, signal });
    proveWorth(plans);
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
    });
    for (const one of result.unwritten) {
      say(`plumbline: a report could not be written: ${one}; exit ${result.exit}`);
    }
    return result.exit;
  } finally {
    await reports.discard();
  }
}

async function planned(
  options: ConformOptions,
  contract: Contract,
  targets: readonly Target[],
  discovery?: DialectOptions['discovery'],
) {
  const { suites } = await import('../../suites/index.ts');
  const how = { contract, suites, dialects: options.dialect, ...(discovery ? { discovery } : {}) };
  const found = await Promise.all(targets.map((target) => resolveDialect(target, how)));
  return {
    plans: makePlan(contract, found, suites, {
      only: options.only,
      slow: options.slow,
      destructive: options.destructive,
    }),
    found,
  };
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
