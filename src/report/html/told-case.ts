import type { CaseResult } from '../../conform/run-event.ts';
import type { ReportContext } from '../context.ts';
import { type Check, type Row, rowOf } from '../outcome-table.ts';

/** Worst first: what a case, or a requirement, shows of several checks. */
const worstFirst: readonly Row[] = [
  'failed',
  'error',
  'lesser-failure',
  'known-failure',
  'may-failure',
  'ambiguous',
  'skipped',
  'passed',
];

/** The worst of some checks, and its row; a check that was left out is told by its outcome. */
export function worstOf(
  checks: readonly Check[],
  context: Pick<ReportContext, 'level'>,
): { readonly row: Row; readonly check: Check } | undefined {
  let worst: { readonly row: Row; readonly check: Check } | undefined;
  for (const check of checks) {
    const row = rowOf(check, context);
    if (!worst || rankOf(row) < rankOf(worst.row)) worst = { row, check };
  }
  return worst;
}

export function rankOf(row: Row): number {
  return worstFirst.indexOf(row);
}

/** What a row is called where there is a check: `untestable`, not `skipped`. */
export function wordOf(row: Row, check: Check): string {
  if (row === 'skipped') return check.outcome;
  if (row === 'failed' && check.outcome !== 'failed') return 'flaky';
  return words[row];
}

const words: Readonly<Record<Row, string>> = {
  passed: 'passed',
  failed: 'failed',
  'lesser-failure': 'failed, not gating',
  'may-failure': 'failed, optional',
  'known-failure': 'known failure',
  error: 'error',
  ambiguous: 'ambiguous',
  skipped: 'skipped',
};

export const signs: Readonly<Record<Row, string>> = {
  passed: '✓',
  failed: '✗',
  'lesser-failure': '✗',
  'may-failure': '✗',
  'known-failure': '✗',
  error: '!',
  ambiguous: '?',
  skipped: '–',
};

/** A case with what it shows. */
export interface ToldCase {
  readonly one: CaseResult;
  readonly row: Row;
  readonly word: string;
  /** Where somebody has to look: it failed, or could not be judged for a fault of ours. */
  readonly isTrouble: boolean;
}

export function toldCase(one: CaseResult, context: Pick<ReportContext, 'level'>): ToldCase {
  const worst = worstOf(one.checks, context);
  const row = worst?.row ?? 'skipped';
  return {
    one,
    row,
    word: worst ? wordOf(row, worst.check) : one.outcome,
    isTrouble: rankOf(row) < rankOf('ambiguous'),
  };
}

/** The scene that shows a case best, if any: the one that its first finding points into. */
export function sceneOf({ findings, scene }: CaseResult): string | null {
  return findings.find(({ frame }) => frame !== undefined)?.scene ?? scene;
}
