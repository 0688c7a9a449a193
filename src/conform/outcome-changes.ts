import type { Outcome } from '../suite/judgement.ts';

/** What a run said of one check: all that two runs of the same thing must agree about. */
export interface ToldOutcome {
  readonly outcome: Outcome;
  /** Why, in a sentence: the reason, or the first finding. */
  readonly why: string;
}

/** Check, as `TARGET:CASE REQUIREMENT`, → what a run said of it. */
export type Outcomes = ReadonlyMap<string, ToldOutcome>;

/** A check that came out otherwise than in the first run. */
export interface OutcomeChange {
  readonly check: string;
  /** Undefined where the check was not there at all. */
  readonly first: ToldOutcome | undefined;
  readonly now: ToldOutcome | undefined;
}

/** The part of a JSON result that outcomes are read from. */
export interface ResultOfRun {
  readonly cases: readonly {
    readonly id: string;
    readonly target: string;
    readonly checks: readonly {
      readonly requirement: string;
      readonly outcome: Outcome;
      readonly reason?: string;
    }[];
    readonly findings: readonly {
      readonly requirement: string;
      readonly expected: string;
      readonly actual: string;
    }[];
  }[];
}

/** What a JSON result says of each check. */
export function outcomesIn({ cases }: ResultOfRun): Outcomes {
  const outcomes = new Map<string, ToldOutcome>();
  for (const { id, target, checks, findings } of cases) {
    for (const { requirement, outcome, reason } of checks) {
      const finding = findings.find((one) => one.requirement === requirement);
      const why = finding ? `expected ${finding.expected}; actual ${finding.actual}` : (reason ?? '');
      outcomes.set(`${target}:${id} ${requirement}`, { outcome, why });
    }
  }
  return outcomes;
}

/** Every check whose outcome is another one than in the first run. */
export function outcomeChanges(first: Outcomes, now: Outcomes): OutcomeChange[] {
  return [...new Set([...first.keys(), ...now.keys()])]
    .map((check) => ({ check, first: first.get(check), now: now.get(check) }))
    .filter((change) => change.first?.outcome !== change.now?.outcome);
}
