import { availableParallelism, loadavg } from 'node:os';
import type { CheckResult } from '../conform/check-result.ts';
import { makePlan } from '../conform/plan.ts';
import { run } from '../conform/run.ts';
import type { Contract } from '../contract/contract.ts';
import type { JsonObject } from '../contract/json.ts';
import type { SurfaceName } from '../contract/requirement.ts';
import type { SuiteFactory } from '../suite/surface.ts';
import { targetsOf } from '../target/load.ts';
import type { Cell, Trial, TrialResult } from './trial.ts';

/** A server that a trial is about, started for it. */
export interface Served {
  /** Entries of a target file that reach it. */
  readonly targets: readonly JsonObject[];
  readonly close: () => Promise<void>;
}

/** What trials are made of; the command line hands it over. */
export interface Bench {
  readonly contract: Contract;
  readonly suites: Readonly<Record<SurfaceName, SuiteFactory>>;
  readonly serve: (trial: Trial) => Promise<Served>;
}

/**
 * How long an answer may take, in milliseconds. Servers that never answer make a trial wait for it several
 * times; a busy machine must not look like one of them. An impostor has nothing to say that would take long.
 */
const patience = {
  clean: { connectMs: 20_000, answerMs: 10_000 },
  fault: { connectMs: 20_000, answerMs: 4000 },
  impostor: { connectMs: 20_000, answerMs: 300 },
} as const;

/** The deadlines of a trial; longer in proportion where more wants to run than there are cores. */
function deadlinesOf({ subject }: Trial): { readonly connectMs: number; readonly answerMs: number } {
  const [load = 0] = loadavg();
  const factor = Math.min(10, Math.max(1, load / availableParallelism()));
  const { connectMs, answerMs } = patience[subject.kind];
  // Longer than that, and what waits for the missing keeps others from being pinged.
  const answer = Math.min(Math.max(answerMs, 10_000), Math.round(answerMs * factor));
  return { connectMs: Math.round(connectMs * factor), answerMs: answer };
}

/** Scenes at a time: several trials share a thread, and none is to starve. */
const scenesAtATime = 8;

/** Puts the server of one trial through the suite of its surface. */
export async function performTrial(trial: Trial, { contract, suites, serve }: Bench): Promise<TrialResult> {
  const served = await serve(trial);
  try {
    const entries = served.targets.filter(
      ({ surface, dialect }) => surface === trial.surface && dialect === trial.dialect,
    );
    const deadlines = deadlinesOf(trial);
    const targets = await targetsOf(
      entries.map((entry) => ({ ...entry, deadlines })),
      'a trial',
      contract,
      { proven: true },
    );
    const chosen = targets.map((target) => ({ target, dialect: target.dialect }));
    const { checks } = await run(makePlan(contract, chosen, suites, { only: [], slow: false }), {
      ...{ jobs: scenesAtATime, seed: 1, multiplier: 1, level: 'must', repeat: 1, waitMs: 0 },
      ...{ slow: false, bail: false, version: '', contractHash: contract.hash, command: '', reporters: [] },
      signal: new AbortController().signal,
    });
    return resultOf(trial, checks);
  } finally {
    await served.close();
  }
}

function resultOf(trial: Trial, checks: readonly CheckResult[]): TrialResult {
  const cellOf = ({ case: id, requirement, level }: CheckResult): Cell => ({
    dialect: trial.dialect,
    case: id,
    requirement,
    level,
  });
  const those = (outcome: CheckResult['outcome']): CheckResult[] =>
    checks.filter((check) => check.outcome === outcome);
  const reasoned = (check: CheckResult) => ({ ...cellOf(check), reason: check.reason ?? '' });
  const isFault = trial.subject.kind === 'fault';
  return {
    trial,
    failed: those('failed').map((check) => ({ ...cellOf(check), found: foundBy(check) })),
    passed: isFault ? [] : those('passed').map(cellOf),
    ambiguous: isFault ? [] : those('ambiguous').map(cellOf),
    errors: those('error').map(reasoned),
    untestable: isFault
      ? []
      : those('untestable')
          .filter(({ level }) => level === 'MUST')
          .map(reasoned),
  };
}

function foundBy({ findings }: CheckResult): string {
  const [first] = findings;
  return first ? `${first.rule}: expected ${first.expected}, got ${first.actual}`.slice(0, 300) : '';
}
