import type { CaseResult } from '../conform/run-event.ts';
import type { Outcome } from '../suite/judgement.ts';
import type { Page } from './page.ts';
import { visible, wrap } from './plain-text.ts';

const told = ['error', 'untestable', 'excluded', 'not-run'] as const satisfies readonly Outcome[];
const mostReasons = 8;

interface Fold {
  readonly ids: string[];
  must: number;
}

/** What could not be told, and why: one line for each reason, however many checks share it. */
export function reasons(cases: readonly CaseResult[], page: Page): string[] {
  return told.flatMap((outcome) => ofOutcome(outcome, cases, page));
}

function ofOutcome(outcome: Outcome, cases: readonly CaseResult[], page: Page): string[] {
  const several = new Set(cases.map(({ target }) => target)).size > 1;
  const folds = new Map<string, Fold>();
  for (const one of cases) {
    for (const check of one.checks) {
      // What the caller left out needs no explanation.
      if (check.outcome !== outcome || check.reason === 'not selected') continue;
      const reason = `${several ? `${one.target}: ` : ''}${check.reason ?? 'no reason given'}`;
      const fold = folds.get(reason) ?? { ids: [], must: 0 };
      fold.ids.push(`${one.id} ${check.requirement}`);
      if (check.level === 'MUST') fold.must += 1;
      folds.set(reason, fold);
    }
  }
  if (folds.size === 0) return [];
  const sorted = [...folds].sort(([, a], [, b]) => b.must - a.must || b.ids.length - a.ids.length);
  const shown = page.verbose ? sorted : sorted.slice(0, mostReasons);
  const all = sorted.reduce((sum, [, fold]) => sum + fold.ids.length, 0);
  const musts = sorted.reduce((sum, [, fold]) => sum + fold.must, 0);
  const name = outcome === 'error' ? page.paint.red('error') : page.paint.yellow(outcome.replace('-', ' '));
  return [
    '',
    `${name}  ${all} ${all === 1 ? 'check' : 'checks'}, ${musts} of them MUST`,
    ...shown.flatMap(([reason, fold]) => lines(reason, fold, page)),
    ...(sorted.length > shown.length
      ? [`        and ${sorted.length - shown.length} more reasons: --verbose`]
      : []),
  ];
}

function lines(reason: string, fold: Fold, { width, verbose, paint }: Page): string[] {
  const [first = '', ...more] = wrap(visible(reason), width - 8);
  return [
    `${`${fold.ids.length}`.padStart(5)} × ${first}`,
    ...more.map((line) => `        ${line}`),
    // Few are named; many would bury the reasons.
    ...(verbose || fold.ids.length <= 2 ? fold.ids.map((id) => paint.dim(`        ${visible(id)}`)) : []),
  ];
}
