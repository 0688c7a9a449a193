import type { Outcome } from '../suite/judgement.ts';
import type { CheckResult } from './check-result.ts';

/** A result of a check that nobody judged; for tests. */
export function aResult(outcome: Outcome, more: Partial<CheckResult> = {}): CheckResult {
  return {
    target: 'mine',
    case: 'emit/a/case',
    title: 'a case',
    surface: 'emit',
    scene: 'emit/a-scene',
    requirement: 'E1',
    level: 'MUST',
    text: 'A server does as it is told.',
    source: 'a document',
    at: 'specs/emit/requirements.yaml:1',
    outcome,
    findings: [],
    readings: [],
    ...more,
  };
}
