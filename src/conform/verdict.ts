import type { Level } from '../contract/requirement.ts';
import { type Outcome, outcomes } from '../suite/judgement.ts';
import type { CheckResult } from './check-result.ts';

export type Verdict = 'conformant' | 'non-conformant' | 'incomplete';

/** What a run, or one target of it, comes to. */
export interface VerdictOf {
  readonly verdict: Verdict;
  readonly exit: 0 | 1 | 3 | 4;
  /** The exit code's reason, for a person. */
  readonly reason: string;
  /** Failures there are, every one of them excused by the baseline. */
  readonly knownOnly: boolean;
  /** `partial`: some check was not run. */
  readonly scope: 'full' | 'partial';
  readonly totals: Totals;
}

export type Totals = Readonly<Record<'must' | 'should' | 'may', Readonly<Record<Outcome, number>>>>;

/** What else decides a verdict. */
export interface VerdictOptions {
  /** Which levels gate. */
  readonly level: 'must' | 'should';
  /** Baseline entries that have expired, passed or failed differently: each a sentence. */
  readonly staleBaseline: readonly string[];
  readonly unreachable: readonly string[];
  readonly interrupted: boolean;
  /** Reports that could not be written. */
  readonly unwritten: readonly string[];
}

/** The first row of the table that fits; see DESIGN.md. */
export function verdictOf(results: readonly CheckResult[], options: VerdictOptions): VerdictOf {
  const gates = (result: CheckResult): boolean =>
    result.level === 'MUST' || (options.level === 'should' && result.level === 'SHOULD');
  const count = (outcome: Outcome, level?: Level): number =>
    results.filter((result) => result.outcome === outcome && (!level || result.level === level)).length;
  const broken = results.filter((result) => result.outcome === 'failed' && gates(result));
  const unexcused = broken.filter((result) => result.known === undefined);
  const flaky = results.filter((result) => result.flaky && gates(result));
  const common = {
    scope: results.some((result) => result.outcome === 'not-run') ? ('partial' as const) : ('full' as const),
    totals: totalsOf(results),
    knownOnly: false,
  };
  if (unexcused.length > 0 || flaky.length > 0 || options.staleBaseline.length > 0) {
    const reasons = [
      unexcused.length > 0 ? `${plural(unexcused.length, 'gating check')} failed` : '',
      flaky.length > 0 ? `${plural(flaky.length, 'check')} flaky` : '',
      ...options.staleBaseline.slice(0, 1),
    ];
    return { ...common, verdict: 'non-conformant', exit: 1, reason: reasons.filter(Boolean).join('; ') };
  }
  const incomplete = (reason: string, exit: 3 | 4): VerdictOf => ({
    ...common,
    verdict: 'incomplete',
    exit,
    reason,
  });
  if (options.unreachable.length > 0) return incomplete(`target unreachable: ${options.unreachable[0]}`, 3);
  if (options.interrupted) return incomplete('interrupted', 3);
  // What is only tried decides nothing, not even by being lost.
  const lost = results.filter((result) => result.outcome === 'error' && result.level !== 'MAY');
  if (lost.length > 0) {
    const [first] = lost;
    return incomplete(
      `${plural(lost.length, 'check')} could not be judged: ${first?.reason ?? 'harness error'}`,
      3,
    );
  }
  if (options.unwritten.length > 0)
    return incomplete(`a report could not be written: ${options.unwritten[0]}`, 3);
  const open = count('untestable', 'MUST');
  if (open > 0) {
    const first = results.find((result) => result.outcome === 'untestable' && result.level === 'MUST');
    return incomplete(`${plural(open, 'MUST check')} untestable: ${first?.reason ?? ''}`, 4);
  }
  const tested = count('passed') + count('ambiguous') + count('failed');
  if (tested === 0) return incomplete('no check was judged', 3);
  if (broken.length > 0) {
    return { ...common, verdict: 'non-conformant', exit: 0, knownOnly: true, reason: 'known failures only' };
  }
  return { ...common, verdict: 'conformant', exit: 0, reason: 'nothing that gates failed' };
}

/** The worst of several verdicts: 1 before 3 before 4 before 0. */
export function worstExit(exits: readonly number[]): 0 | 1 | 3 | 4 {
  for (const exit of [1, 3, 4] as const) if (exits.includes(exit)) return exit;
  return 0;
}

export function totalsOf(results: readonly CheckResult[]): Totals {
  const row = (level: Level): Record<Outcome, number> =>
    Object.fromEntries(
      outcomes.map((outcome) => [
        outcome,
        results.filter((result) => result.level === level && result.outcome === outcome).length,
      ]),
    ) as Record<Outcome, number>;
  return { must: row('MUST'), should: row('SHOULD'), may: row('MAY') };
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
