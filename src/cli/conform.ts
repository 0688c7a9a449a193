import { makePlan, type TargetPlan } from '../conform/plan.ts';
import type { Contract } from '../contract/contract.ts';
import { InputError } from '../contract/contract.ts';
import { loadContract } from '../contract/load.ts';
import { again } from './again.ts';
import { exitCodes } from './exit.ts';
import { onInterrupt } from './interrupt.ts';
import type { ConformOptions } from './options.ts';
import { type Chosen, chooseTargets } from './targets.ts';
import { version } from './version.ts';

/** `plumbline conform`: judges targets, or prints what it would do. Resolves to the exit code. */
export async function conform(options: ConformOptions): Promise<number> {
  if (options.exampleTarget) {
    const { exampleTarget } = await import('../target/example.ts');
    return print(exampleTarget(options.exampleTarget));
  }
  const contract = await loadContract();
  const chosen = await chooseTargets(options, contract);
  try {
    return await withTargets(options, contract, chosen);
  } finally {
    await chosen.close();
  }
}

async function withTargets(options: ConformOptions, contract: Contract, chosen: Chosen): Promise<number> {
  const { suites } = await import('../../suites/index.ts');
  const plans = makePlan(contract, chosen.targets, suites, { only: options.only, slow: options.slow });
  if (options.explain !== undefined) {
    const { explain } = await import('./explain.ts');
    return print(explain(options.explain, contract, plans));
  }
  if (options.list) {
    const { list } = await import('./list.ts');
    return print(list(plans));
  }
  if (options.dryRun) {
    const { dryRun } = await import('./dry-run.ts');
    return print(dryRun(plans, options.verbose));
  }
  proveWorth(plans);
  return judge(options, contract, plans);
}

async function judge(
  options: ConformOptions,
  contract: Contract,
  plans: readonly TargetPlan[],
): Promise<number> {
  const { openReports } = await import('../report/index.ts');
  const reports = await openReports(options.reporter, {
    level: options.level,
    verbose: options.verbose,
    stdout: process.stdout,
    env: process.env,
  });
  const interrupt = onInterrupt(() =>
    process.stderr.write('\nplumbline: stopping; once more to stop at once\n'),
  );
  const { run } = await import('../conform/run.ts');
  try {
    const result = await run(plans, {
      jobs: options.jobs,
      seed: options.seed,
      multiplier: options.timeoutMultiplier,
      level: options.level,
      slow: options.slow,
      bail: options.bail,
      waitMs: options.waitForTarget * 1000,
      repeat: options.repeat,
      version: version(),
      contractHash: contract.hash,
      command: again(options),
      reporters: reports.reporters,
      signal: interrupt.signal,
    });
    for (const one of result.unwritten)
      process.stderr.write(`plumbline: a report could not be written: ${one}\n`);
    return result.exit;
  } finally {
    await reports.discard();
    interrupt.release();
  }
}

/** @throws InputError where nothing would be asked of any target: that must not look like a success. */
function proveWorth(plans: readonly TargetPlan[]): void {
  const checks = plans.flatMap((plan) => plan.checks);
  const idle = ['not-applicable', 'not-run'];
  if (checks.some(({ settled }) => !settled || !idle.includes(settled.outcome))) return;
  const first = checks.find(
    ({ settled }) => settled?.outcome === 'not-run' && settled.reason !== 'not selected',
  );
  const why = first?.settled ?? checks.find(({ settled }) => settled)?.settled;
  throw new InputError(`nothing to run: ${why ? why.reason : 'no check fits these targets'} (see --dry-run)`);
}

function print(text: string): number {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return exitCodes.done;
}
