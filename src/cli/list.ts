import type { TargetPlan } from '../conform/plan.ts';
import type { PlannedCheck } from '../conform/planned-check.ts';

/** The cases that would be judged, a line each: id, level, requirements, title. */
export function list(plans: readonly TargetPlan[]): string {
  return plans
    .map((plan) => {
      const cases = casesOf(plan);
      const widest = Math.min(60, Math.max(0, ...cases.map(([id]) => id.length)));
      const lines = cases.map(([id, checks]) => `  ${id.padEnd(widest)}  ${about(checks)}`);
      return [
        `${plan.target.name} (${plan.target.surface}, ${plan.dialect}): ${cases.length} cases`,
        ...lines,
        '',
      ].join('\n');
    })
    .join('\n');
}

/** What is selected and applies, by case. */
function casesOf(plan: TargetPlan): (readonly [string, readonly PlannedCheck[]])[] {
  const cases = new Map<string, PlannedCheck[]>();
  for (const check of plan.checks) {
    if (check.settled?.outcome === 'not-applicable' || check.settled?.reason === 'not selected') continue;
    cases.set(check.case, [...(cases.get(check.case) ?? []), check]);
  }
  return [...cases];
}

function about(checks: readonly PlannedCheck[]): string {
  const level =
    (['MUST', 'SHOULD', 'MAY'] as const).find((one) => checks.some((check) => check.level === one)) ?? '';
  return `${level.padEnd(6)}  ${checks.map(({ requirement }) => requirement).join(' ')}  ${checks[0]?.title ?? ''}`;
}
