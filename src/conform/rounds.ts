import { fingerprintKey, fingerprintOf } from '../suite/fingerprint.ts';
import { type Finding, type Outcome, worse } from '../suite/judgement.ts';
import type { CheckResult, Repeated } from './check-result.ts';
import { checkKey } from './plan.ts';

/** Several rounds of one plan, folded into one result for each check. */
export interface MergedRounds {
  readonly results: readonly CheckResult[];
  /** The round that a result is from. */
  readonly roundOf: (result: CheckResult) => number;
}

/**
 * Under `--repeat`, a check whose outcomes differ is flaky, and bears the worst of them. What kept a round
 * from judging it, our own fault or Ctrl-C, makes it no flakier, but leaves it unsettled. A check that failed
 * bears each kind of failure that any round has shown.
 */
export function mergeRounds(rounds: readonly (readonly CheckResult[])[]): MergedRounds {
  const from = new Map<string, number>();
  const [first = [], ...others] = rounds;
  const results = first.map((result, at) => {
    const all = [result, ...others.map((round) => round[at] ?? result)];
    const worst = all.reduce((a, b) => (worse(a.outcome, b.outcome) === a.outcome ? a : b));
    const told = worst.outcome === 'not-run' ? (all.find(wasJudged) ?? worst) : worst;
    from.set(checkKey(result), all.indexOf(told));
    if (all.length === 1) return told;
    const repeated = repeatedOf(all);
    const findings = told.outcome === 'failed' ? everyKind(told, all) : told.findings;
    if (repeated.result !== 'flaky') return { ...told, findings, repeated };
    const counts = Object.entries(countsOf(all.filter(wasJudged))).map(
      ([outcome, count]) => `${outcome} ${count}`,
    );
    const reason = `flaky: ${counts.join(', ')} of ${all.length}`;
    return { ...told, findings, repeated, flaky: true, reason };
  });
  return { results, roundOf: (result) => from.get(checkKey(result)) ?? 0 };
}

/** How many checks came out alike in all rounds, how many did not, and of how many that cannot be said. */
export function repeatTotals(
  results: readonly CheckResult[],
  rounds: number,
): { readonly rounds: number } & Readonly<Record<Repeated['result'], number>> {
  const count = (result: Repeated['result']): number =>
    results.filter(({ repeated }) => repeated?.result === result).length;
  return {
    rounds,
    consistent: count('consistent'),
    flaky: count('flaky'),
    unsettled: count('unsettled'),
  };
}

function wasJudged({ outcome }: CheckResult): boolean {
  return outcome !== 'error' && outcome !== 'not-run';
}

function repeatedOf(all: readonly CheckResult[]): Repeated {
  const counts = countsOf(all);
  const judged = new Set(all.filter(wasJudged).map(({ outcome }) => outcome));
  if (judged.size > 1) return { result: 'flaky', counts };
  return { result: Object.keys(counts).length === 1 ? 'consistent' : 'unsettled', counts };
}

function countsOf(all: readonly CheckResult[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of all) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** A finding of another round is without its frame, which is a position in a recording that is not shown. */
function everyKind(told: CheckResult, all: readonly CheckResult[]): readonly Finding[] {
  const kindOf = (finding: Finding): string => fingerprintKey(fingerprintOf(finding));
  const known = new Set(told.findings.map(kindOf));
  const more: Finding[] = [];
  for (const { frame: _frame, ...finding } of all.flatMap(({ findings }) => findings)) {
    const kind = kindOf(finding);
    if (known.has(kind)) continue;
    known.add(kind);
    more.push(finding);
  }
  return [...told.findings, ...more];
}
