import type { ResolvedPoint } from '../conform/check-result.ts';
import type { Header, VerdictEvent } from '../conform/run-event.ts';
import type { VerdictOf } from '../conform/verdict.ts';
import type { Page } from './page.ts';
import { count, duration, visible, wrap } from './plain-text.ts';

/** Open points, a line for each target if there are several, and the verdict. */
export function verdictLines(event: VerdictEvent, header: Header | undefined, page: Page): string[] {
  const several = event.targets.length > 1;
  const nameWidth = Math.max(...event.targets.map(({ target }) => target.length), 0);
  const targets = event.targets.flatMap((one) => {
    const label = `  ${visible(one.target).padEnd(nameWidth)}  `;
    const [first = '', ...more] = wrapParts(
      numbers(one),
      page.width - label.length - name(one, header).length - 2,
    );
    return [
      `${label}${painted(one, header, page)}  ${first}`,
      ...more.map((line) => `${' '.repeat(label.length)}${line}`),
    ];
  });
  const files = [...new Set((header?.targets ?? []).map(({ at }) => visible(at.replace(/:\d+$/, ''))))];
  const parts = [
    ...files,
    ...numbers(event),
    ...(event.scope === 'partial' ? ['partial'] : []),
    duration(event.durationMs),
    `exit ${event.exit}`,
  ];
  const because =
    event.exit === 0 || event.exit === 1
      ? []
      : wrap(visible(event.reason), page.width - 2).map((line) => `  ${line}`);
  const verdict = wrapParts(parts, page.width - name(event, header).length - 2);
  return [
    ...openPoints(event, several, page),
    ...rounds(event, page),
    '',
    ...(several ? [...targets, ''] : []),
    ...because,
    ...verdict.map((line, at) => (at === 0 ? `${painted(event, header, page)}  ${line}` : `  ${line}`)),
  ];
}

/** Under `--repeat`: whether the same came of every round. */
function rounds({ repeat }: VerdictEvent, { paint, width }: Page): string[] {
  if (!repeat) return [];
  const { consistent, flaky, unsettled } = repeat;
  const parts = [
    `${count(consistent, 'check')} consistent`,
    flaky > 0 ? `${flaky} flaky` : 'none flaky',
    ...(unsettled > 0 ? [`${unsettled} not judged in every round`] : []),
  ];
  const [first = '', ...more] = wrapParts(parts, width - 12);
  const label = `${count(repeat.rounds, 'round')}`;
  return ['', `${flaky > 0 ? paint.red(label) : label}  ${first}`, ...more.map((line) => `  ${line}`)];
}

function openPoints({ openPoints }: VerdictEvent, several: boolean, page: Page): string[] {
  const seen = openPoints.filter(({ resolved }) => resolved.length > 0);
  if (seen.length === 0) return [];
  const { paint, verbose, width } = page;
  const lines = [...groups(seen)].flatMap(([target, points]) => [
    ...(several ? [`  ${visible(target)}`] : []),
    ...(verbose
      ? points.flatMap((point) => pointInFull(point, page))
      : wrapParts(points.map(pointInShort), width - 4).map((line) => `    ${line}`)),
  ]);
  const hint = verbose ? '' : paint.dim('  what each is about: --verbose, or --explain ID');
  return ['', `open points${hint}`, ...lines];
}

function pointInShort({ id, resolved, pinned }: ResolvedPoint): string {
  return visible(`${id} ${resolved.join(' and ')}${pinned === undefined ? '' : ' (pinned)'}`);
}

function pointInFull(point: ResolvedPoint, { width }: Page): string[] {
  const texts = [
    `${pointInShort(point)}: ${visible(point.about)}`,
    ...point.sources.map((source) => `  ${visible(source)}`),
  ];
  return texts.flatMap((text) =>
    wrap(text, width - 6).map((line, at) => `    ${at === 0 ? '' : '  '}${line}`),
  );
}

function groups<T extends { readonly target: string }>(all: readonly T[]): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const one of all) map.set(one.target, [...(map.get(one.target) ?? []), one]);
  return map;
}

/** The verdict in words: a relay that conforms does so as a relay. */
function name(one: VerdictOf & { readonly target?: string }, header: Header | undefined): string {
  const judged = (header?.targets ?? []).filter(
    ({ name }) => one.target === undefined || name === one.target,
  );
  const isRelay = judged.length > 0 && judged.every(({ role }) => role === 'relay');
  const suffix = one.verdict === 'conformant' && isRelay ? ' AS A RELAY' : '';
  return `${one.verdict.toUpperCase()}${suffix}${one.knownOnly ? ' (known only)' : ''}`;
}

function painted(
  one: VerdictOf & { readonly target?: string },
  header: Header | undefined,
  { paint }: Page,
): string {
  const color =
    one.exit === 1 ? paint.red : one.exit === 0 ? (one.knownOnly ? paint.yellow : paint.green) : paint.yellow;
  return paint.bold(color(name(one, header)));
}

function numbers({ totals: { must, should, may } }: VerdictOf): string[] {
  const judged = must.failed + must.passed + must.ambiguous + must.untestable + must.error;
  const sum = (outcome: 'ambiguous' | 'excluded' | 'error' | 'untestable' | 'not-run'): number =>
    must[outcome] + should[outcome] + may[outcome];
  const optional = (number: number, what: string): string[] => (number > 0 ? [`${number} ${what}`] : []);
  return [
    must.failed > 0
      ? `${must.failed} of ${count(judged, 'MUST check')} failed`
      : `${must.passed} of ${count(judged, 'MUST check')} passed`,
    ...optional(should.failed, 'SHOULD failed'),
    ...optional(should.passed, 'SHOULD passed'),
    ...optional(may.failed, 'MAY failed'),
    ...optional(may.passed, 'MAY passed'),
    ...optional(sum('ambiguous'), 'ambiguous'),
    ...optional(sum('error'), 'error'),
    ...optional(sum('untestable'), 'untestable'),
    ...optional(sum('excluded'), 'excluded'),
    ...optional(sum('not-run'), 'not run'),
  ];
}

/** Parts joined by dots, broken between two of them. */
function wrapParts(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 3 <= width)
      lines[lines.length - 1] = `${last} · ${part}`;
    else lines.push(part);
  }
  return lines;
}
