import type { CaseResult, VerdictEvent } from '../conform/run-event.ts';
import type { Page } from './page.ts';
import { count, visible, wrap } from './plain-text.ts';

const mostNamed = 2;

/** True where every failed check of a case is one that the baseline excuses: worth a line, not a story. */
export function isKnown({ checks }: CaseResult): boolean {
  const broken = checks.filter(({ outcome, flaky }) => outcome === 'failed' || flaky);
  return broken.length > 0 && broken.every(({ known, flaky }) => known !== undefined && !flaky);
}

/** Known failures, folded by their reason. */
export function knownFailures(cases: readonly CaseResult[], page: Page): string[] {
  const several = new Set(cases.map(({ target }) => target)).size > 1;
  const folds = new Map<string, string[]>();
  for (const one of cases) {
    for (const { known, requirement } of one.checks) {
      if (known === undefined) continue;
      const id = `${several ? `${one.target}: ` : ''}${one.id} ${requirement}`;
      folds.set(known, [...(folds.get(known) ?? []), id]);
    }
  }
  if (folds.size === 0) return [];
  const all = [...folds.values()].reduce((sum, ids) => sum + ids.length, 0);
  return [
    '',
    `${page.paint.yellow('known')}  ${count(all, 'failed check')} that the baseline excuses`,
    ...[...folds].flatMap(([reason, ids]) => fold(reason, ids, page)),
  ];
}

function fold(reason: string, ids: readonly string[], { width, verbose, paint }: Page): string[] {
  const [first = '', ...more] = wrap(visible(reason), width - 8);
  return [
    `${`${ids.length}`.padStart(5)} × ${first}`,
    ...more.map((line) => `        ${line}`),
    ...(verbose || ids.length <= mostNamed ? ids.map((id) => paint.dim(`        ${visible(id)}`)) : []),
  ];
}

const words = {
  expired: 'expired',
  passed: 'passes, or is no longer seen',
  differs: 'fails differently',
} as const;

/** Entries of the baseline that must not go on as they are, and what else is to be known of it. */
export function baselineLines({ baseline }: VerdictEvent, { width, paint }: Page): string[] {
  if (!baseline) return [];
  const { stale, notJudged, withoutReason } = baseline;
  const asides = [
    ...(notJudged > 0 ? [`${count(notJudged, 'entry', 'entries')} not judged in this run`] : []),
    ...(withoutReason > 0
      ? [`${count(withoutReason, 'entry', 'entries')} without a reason: fill it in`]
      : []),
  ];
  if (stale.length === 0 && asides.length === 0) return [];
  const name = stale.length > 0 ? paint.red('baseline') : paint.yellow('baseline');
  const head = [
    ...(stale.length > 0 ? [`${count(stale.length, 'entry', 'entries')} no longer right`] : []),
    ...asides,
  ];
  return [
    '',
    ...wrap(visible(`${baseline.file}: ${head.join(' · ')}`), width - 10).map((line, at) =>
      at === 0 ? `${name}  ${line}` : `          ${line}`,
    ),
    ...stale.flatMap(({ why, reason }) => {
      const [first = '', ...more] = wrap(visible(`${words[why]} · ${reason}`), width - 4);
      return [`  ${paint.red('✗')} ${first}`, ...more.map((line) => `    ${line}`)];
    }),
  ];
}
