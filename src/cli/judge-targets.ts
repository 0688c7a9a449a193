import type { Baseline } from '../conform/baseline/baseline.ts';
import { makePlan, type TargetPlan } from '../conform/plan.ts';
import { type RunResult, run } from '../conform/run.ts';
import type { Reporter } from '../conform/run-event.ts';
import { type Contract, InputError } from '../contract/contract.ts';
import type { SurfaceName } from '../contract/requirement.ts';
import type { SuiteFactory } from '../suite/surface.ts';
import type { Target } from '../target/target.ts';
import type { BaselineInUse } from './baseline.ts';
import { type DialectOptions, resolveDialect, type Spoken } from './dialects.ts';
import type { ConformOptions } from './options.ts';
import { version } from './version.ts';

/** What a run of targets needs beside its options. */
export interface Judging {
  readonly contract: Contract;
  readonly targets: readonly Target[];
  /** What to type to run it again. */
  readonly command: string;
  readonly reporters: readonly Reporter[];
  readonly signal: AbortSignal;
  /** Known failures, and the names of all targets there are. */
  readonly known?: { readonly file: BaselineInUse; readonly names: readonly string[] };
  /** Ids of the only cases that are asked, where that is not for `only` to say. */
  readonly cases?: ReadonlySet<string>;
  readonly say: (line: string) => void;
}

/** Plans, runs and judges; whoever calls it has opened the targets, the baseline and the reports. */
export async function judgeTargets(
  options: ConformOptions,
  judging: Judging,
): Promise<{ readonly result: RunResult; readonly baseline?: Baseline }> {
  const { contract, targets, known, say, signal } = judging;
  const { level, seed, bail, slow, repeat, jobs } = options;
  const [multiplier, waitMs] = [options.timeoutMultiplier, options.waitForTarget * 1000];
  const { plans, found } = await planned(options, contract, targets, {
    discovery: { seed, multiplier, waitMs, signal },
    ...(judging.cases ? { cases: judging.cases } : {}),
  });
  proveWorth(plans);
  const baseline = known?.file.for(await wholePlans(options, contract, found), known.names);
  for (const { target, dialect, reason } of found) {
    if (reason !== undefined) say(`plumbline: ${target.name} is judged as ${dialect}: ${reason}`);
  }
  const result = await run(plans, {
    ...{ jobs, seed, multiplier, level, slow, bail, waitMs, repeat, signal },
    version: version(),
    contractHash: contract.hash,
    command: judging.command,
    reporters: judging.reporters,
    ...(baseline ? { baseline } : {}),
  });
  for (const one of result.unwritten) {
    say(`plumbline: a report could not be written: ${one}; exit ${result.exit}`);
  }
  return { result, ...(baseline ? { baseline } : {}) };
}

/** What will be asked of each target, in the dialect that it speaks. Without `discovery` no connection is made. */
export async function planned(
  options: ConformOptions,
  contract: Contract,
  targets: readonly Target[],
  more: Pick<DialectOptions, 'discovery'> & Pick<Judging, 'cases'> = {},
): Promise<{ readonly plans: TargetPlan[]; readonly found: readonly Spoken[] }> {
  const { cases, ...discovery } = more;
  const suites = await suitesFor(options);
  const how = { contract, suites, dialects: options.dialect, ...discovery };
  const found = await Promise.all(targets.map((target) => resolveDialect(target, how)));
  return {
    plans: makePlan(contract, found, suites, {
      only: options.only,
      slow: options.slow,
      destructive: options.destructive,
      optional: options.optional,
      ...(cases ? { cases } : {}),
    }),
    found,
  };
}

/** All that could be asked of the targets, whatever part of it this run is for. */
async function wholePlans(
  options: ConformOptions,
  contract: Contract,
  targets: readonly Spoken[],
): Promise<TargetPlan[]> {
  const suites = await suitesFor(options);
  return makePlan(contract, targets, suites, {
    ...{ only: [], slow: true, destructive: true },
    optional: options.optional,
  });
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
