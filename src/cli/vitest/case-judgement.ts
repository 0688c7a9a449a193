import type { StaleEntry } from '../../conform/baseline/baseline.ts';
import type { RunResult } from '../../conform/run.ts';
import type { CaseResult } from '../../conform/run-event.ts';
import { type Outcome, worse } from '../../suite/judgement.ts';

type Check = CaseResult['checks'][number];

/** What a test comes to. */
export type TestJudgement =
  | { readonly kind: 'passed'; readonly notes: readonly string[] }
  | { readonly kind: 'skipped'; readonly reason: string }
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** `file:line` of what is broken, for the stack. */
      readonly at: readonly string[];
    };

/** What decides beside the case itself. */
export interface JudgedBy {
  readonly level: 'must' | 'should';
  /** Entries of the baseline about this case that must not go on as they are. */
  readonly stale: readonly StaleEntry[];
}

/**
 * What the test of a case comes to, over all targets that were asked. A failure counts where its level decides the exit
 * code and no baseline excuses it; an error always does, and is not the server's.
 */
export function judgementOf(results: readonly CaseResult[], { level, stale }: JudgedBy): TestJudgement {
  const isOne = new Set(results.map(({ target }) => target)).size <= 1;
  const on = (target: string): string => (isOne ? '' : `${target}: `);
  const gates = (check: Check): boolean =>
    check.level === 'MUST' || (level === 'should' && check.level === 'SHOULD');
  const all = results.flatMap((one) => one.checks.map((check) => ({ one, check })));
  const broken = all.filter(
    ({ check }) => gates(check) && (check.flaky || (check.outcome === 'failed' && check.known === undefined)),
  );
  const errors = all.filter(({ check }) => check.outcome === 'error');
  if (broken.length + errors.length + stale.length > 0) {
    const lines = [
      ...broken.flatMap(({ one, check }) => brokenLines(one, check, on(one.target))),
      ...unique(errors.map(({ one, check }) => `${on(one.target)}${blamed(check.reason ?? '')}`)),
      ...stale.map(({ at, reason, target }) => `${on(target)}the baseline no longer fits: ${reason} (${at})`),
    ];
    const wire = broken.find(({ one }) => one.transcript.length > 0)?.one.transcript ?? [];
    const shown = wire.length === 0 ? [] : ['wire', ...wire.map((line) => `  ${line}`)];
    const places = [...broken, ...errors].map(({ check }) => check.at);
    const ofStale = all.filter(({ check }) =>
      stale.some(({ requirement }) => requirement === check.requirement),
    );
    return {
      kind: 'failed',
      message: [...lines, ...shown].join('\n'),
      at: unique([...places, ...ofStale.map(({ check }) => check.at), ...stale.map(({ at }) => at)]),
    };
  }
  return quiet(all, gates, on);
}

/** Nothing that counts failed: passed, or skipped, and why. */
function quiet(
  all: readonly { readonly one: CaseResult; readonly check: Check }[],
  gates: (check: Check) => boolean,
  on: (target: string) => string,
): TestJudgement {
  // What does not apply decides nothing, as long as something does.
  const applying = all.filter(({ check }) => check.outcome !== 'not-applicable');
  const some = applying.length > 0 ? applying : all;
  const gating = some.filter(({ check }) => gates(check));
  const deciding = gating.length > 0 ? gating : some;
  const worst = deciding.map(({ check }) => check.outcome).reduce<Outcome>(worse, 'passed');
  const told = ({ one, check }: (typeof all)[number]): string =>
    `${on(one.target)}${check.requirement} ${reasonOf(one, check)}`;
  if (worst === 'passed' || worst === 'ambiguous') {
    const notes = all.filter(({ check }) => !['passed', 'not-applicable'].includes(check.outcome)).map(told);
    return { kind: 'passed', notes: unique(notes) };
  }
  return {
    kind: 'skipped',
    reason: unique(deciding.filter(({ check }) => check.outcome === worst).map(told)).join('; '),
  };
}

/** Why a check is neither passed nor held against the server. */
function reasonOf(one: CaseResult, check: Check): string {
  const [finding] = one.findings.filter(({ requirement }) => requirement === check.requirement);
  if (check.outcome !== 'failed') return `${check.outcome}: ${check.reason ?? ''}`;
  if (check.known !== undefined) return `known: ${check.known}`;
  const actual = finding === undefined ? '' : `: expected ${finding.expected}; actual ${finding.actual}`;
  return `failed, which decides nothing (${check.level})${actual}`;
}

function brokenLines(one: CaseResult, check: Check, on: string): string[] {
  const findings = one.findings.filter(({ requirement }) => requirement === check.requirement).slice(0, 3);
  return [
    `${on}${check.level} ${check.requirement}: ${check.text}`,
    `  source    ${check.source}`,
    ...findings.flatMap(({ expected, actual, pointer, scene }) => [
      `  expected  ${expected}`,
      `  actual    ${actual}${pointer ? ` (at ${pointer})` : ''}`,
      ...(one.scene === null && scene !== undefined ? [`  scene     ${scene}`] : []),
    ]),
    ...(check.flaky && check.reason !== undefined ? [`  flaky     ${check.reason}`] : []),
  ];
}

/** Whose fault it is that a check could not be judged: never the target's conformance. */
function blamed(reason: string): string {
  const whose = reason.startsWith('target unreachable')
    ? 'the environment is to blame, not the server: it was not reached'
    : reason.startsWith('the target died')
      ? 'the server went away, and this case is not to blame for it'
      : 'Plumbline or a driver is to blame, not the server';
  return `error: ${whose}: ${reason}`;
}

/** What the last test comes to: the verdict of the run, which no test of a case can stand for. */
export function verdictJudgement(result: RunResult): TestJudgement {
  const { verdict, exit, reason, knownOnly, scope, targets, cases, baseline } = result;
  if (exit === 0) {
    if (knownOnly) return { kind: 'skipped', reason: `${verdict}, but all of it is known: ${reason}` };
    return {
      kind: 'passed',
      notes: scope === 'partial' ? [`${verdict}, of a part: some checks were not run`] : [],
    };
  }
  const checks = cases.flatMap((one) => one.checks);
  const telling =
    checks.find(({ outcome, known, flaky }) => (outcome === 'failed' && known === undefined) || flaky) ??
    checks.find(({ outcome }) => outcome === 'error') ??
    checks.find(({ outcome, level }) => outcome === 'untestable' && level === 'MUST');
  const perTarget = targets.map((one) => `  ${one.target}: ${one.verdict}, ${one.reason}`);
  return {
    kind: 'failed',
    message: [
      `${verdict.toUpperCase()}: ${reason} (exit ${exit} of conform)`,
      ...(targets.length > 1 ? perTarget : []),
    ].join('\n'),
    at: unique([...(telling ? [telling.at] : []), ...(baseline?.stale ?? []).map(({ at }) => at)]),
  };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
