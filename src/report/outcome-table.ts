import type { CaseResult } from '../conform/run-event.ts';
import { gates, type ReportContext } from './context.ts';

export type Check = CaseResult['checks'][number];

/**
 * What a reader of a report must tell apart. `lesser-failure`: it failed, and does not decide the exit code;
 * `may-failure`: nor could it, whatever is asked to gate.
 */
export type Row =
  | 'passed'
  | 'failed'
  | 'lesser-failure'
  | 'may-failure'
  | 'known-failure'
  | 'error'
  | 'ambiguous'
  | 'skipped';

/** What a row becomes in each format that machines read. */
export interface Fate {
  readonly junit: 'pass' | 'failure' | 'error' | 'skipped';
  readonly ctrf: 'passed' | 'failed' | 'skipped' | 'other';
  /** `todo`: it is not ok, and does not count. */
  readonly tap: 'ok' | 'not ok' | 'todo' | 'skip';
  /** `notification`: the tool could not tell; `suppressed`: a result that somebody has accepted. */
  readonly sarif: 'error' | 'warning' | 'suppressed' | 'notification' | 'note' | 'none';
}

/**
 * The one table of what becomes of an outcome, in the code as in the README. No format looks green where the exit
 * code is not 0: each has one item `plumbline verdict` besides.
 */
export const outcomeTable = {
  passed: { junit: 'pass', ctrf: 'passed', tap: 'ok', sarif: 'none' },
  failed: { junit: 'failure', ctrf: 'failed', tap: 'not ok', sarif: 'error' },
  'lesser-failure': { junit: 'skipped', ctrf: 'other', tap: 'todo', sarif: 'warning' },
  'may-failure': { junit: 'skipped', ctrf: 'other', tap: 'todo', sarif: 'note' },
  'known-failure': { junit: 'skipped', ctrf: 'other', tap: 'todo', sarif: 'suppressed' },
  error: { junit: 'error', ctrf: 'failed', tap: 'not ok', sarif: 'notification' },
  ambiguous: { junit: 'pass', ctrf: 'other', tap: 'ok', sarif: 'note' },
  skipped: { junit: 'skipped', ctrf: 'skipped', tap: 'skip', sarif: 'none' },
} as const satisfies Readonly<Record<Row, Fate>>;

/** The row of a check. One that is flaky where it gates has failed, whatever the last round said. */
export function rowOf(check: Check, context: Pick<ReportContext, 'level'>): Row {
  const isGating = gates(check.level, context);
  if (check.flaky && isGating && check.outcome !== 'error') return 'failed';
  switch (check.outcome) {
    case 'passed':
    case 'ambiguous':
      return check.outcome;
    case 'error':
      // What is only tried decides nothing, not even by being lost.
      return check.level === 'MAY' ? 'skipped' : 'error';
    case 'failed':
      if (check.known !== undefined) return 'known-failure';
      if (isGating) return 'failed';
      return check.level === 'MAY' ? 'may-failure' : 'lesser-failure';
    default:
      return 'skipped';
  }
}
