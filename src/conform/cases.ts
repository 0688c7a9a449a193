import type { Level } from '../contract/requirement.ts';
import { type Outcome, worse } from '../suite/judgement.ts';
import type { CheckResult } from './check-result.ts';
import type { CaseResult } from './run-event.ts';

/** Checks of one case on one target, folded into what is reported of the case. */
export function caseResults(
  results: readonly CheckResult[],
  transcriptOf: (result: CheckResult) => readonly string[],
): CaseResult[] {
  const byCase = new Map<string, CheckResult[]>();
  for (const result of results) {
    const key = `${result.target} ${result.case}`;
    const list = byCase.get(key);
    if (list) list.push(result);
    else byCase.set(key, [result]);
  }
  return [...byCase.values()].map((checks) => caseResult(checks, transcriptOf));
}

function caseResult(
  checks: readonly CheckResult[],
  transcriptOf: (result: CheckResult) => readonly string[],
): CaseResult {
  const [first] = checks;
  if (!first) throw new Error('a case without checks');
  // What does not apply decides nothing, as long as something does.
  const applicable = checks.filter(({ outcome }) => outcome !== 'not-applicable');
  const musts = (applicable.length > 0 ? applicable : checks).filter(({ level }) => level === 'MUST');
  const deciding = musts.length > 0 ? musts : applicable.length > 0 ? applicable : checks;
  const level = musts.length > 0 ? 'MUST' : worstLevel(deciding);
  const broken = checks.find((check) => check.findings.length > 0);
  return {
    event: 'case',
    id: first.case,
    target: first.target,
    title: first.title,
    surface: first.surface,
    scene: first.scene,
    outcome: deciding.map((check) => check.outcome).reduce<Outcome>(worse, 'passed'),
    level,
    checks: checks.map(
      ({ requirement, level, text, source, at, outcome, reason, known, flaky, repeated }) => ({
        requirement,
        level,
        text,
        source,
        at,
        outcome,
        ...(reason === undefined ? {} : { reason }),
        ...(known === undefined ? {} : { known }),
        ...(flaky === undefined ? {} : { flaky }),
        ...(repeated === undefined ? {} : { repeated }),
      }),
    ),
    findings: checks.flatMap((check) =>
      check.findings.map((finding) => ({ requirement: check.requirement, ...finding })),
    ),
    observations: checks.flatMap((check) => (check.note === undefined ? [] : [check.note])),
    transcript: broken ? transcriptOf(broken) : [],
  };
}

function worstLevel(checks: readonly CheckResult[]): 'MUST' | 'SHOULD' | 'MAY' {
  const has = (level: Level): boolean => checks.some((check) => check.level === level);
  return has('MUST') ? 'MUST' : has('SHOULD') ? 'SHOULD' : 'MAY';
}
