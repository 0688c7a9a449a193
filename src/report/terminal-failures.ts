import type { CaseResult, Header } from '../conform/run-event.ts';
import { gates } from './context.ts';
import { field, type Page } from './page.ts';
import { count, cut, visible, wrap } from './plain-text.ts';
import { isKnown } from './terminal-known.ts';

/** How many findings of one case are shown to whoever did not ask for all. */
const mostFindings = 3;

/** Ids and tokens would fill the line that is to show what happened. */
const longWord = /\b([A-Za-z0-9]{6})[A-Za-z0-9]{12,}\b/g;

/** Every case with a failed check that is not known: those that decide the exit code first. With --verbose known ones too. */
export function failures(cases: readonly CaseResult[], header: Header | undefined, page: Page): string[] {
  const broken = cases.filter(
    (one) =>
      one.checks.some(({ outcome, flaky }) => outcome === 'failed' || flaky) &&
      (page.verbose || !isKnown(one)),
  );
  const order = (header?.targets ?? []).map(({ name }) => name);
  const sorted = [...broken].sort(
    (a, b) => rank(a, page) - rank(b, page) || order.indexOf(a.target) - order.indexOf(b.target),
  );
  return sorted.flatMap((one) => ['', ...failure(one, header?.command ?? '', page)]);
}

function rank(one: CaseResult, page: Page): number {
  const deciding = one.checks.filter(
    (check) => gates(check.level, page) && (check.outcome === 'failed' || check.flaky),
  );
  if (deciding.some((check) => check.known === undefined || check.flaky)) return 0;
  return deciding.length > 0 ? 1 : 2;
}

function failure(one: CaseResult, command: string, page: Page): string[] {
  const { paint, width } = page;
  const broken = one.checks.filter(({ outcome, flaky }) => outcome === 'failed' || flaky);
  const level =
    (['MUST', 'SHOULD', 'MAY'] as const).find((name) => broken.some((check) => check.level === name)) ?? '';
  const mark = rank(one, page) === 0 ? paint.red('✗') : paint.yellow('✗');
  const tag = visible(`${level} ${broken.map(({ requirement }) => requirement).join(' ')} · ${one.target}`);
  const id = visible(one.id);
  const gap = width - id.length - tag.length - 2;
  const head =
    gap >= 2
      ? [`${mark} ${paint.bold(id)}${' '.repeat(gap)}${paint.dim(tag)}`]
      : [`${mark} ${paint.bold(id)}`, ...wrap(tag, width - 2).map((line) => `  ${paint.dim(line)}`)];
  const several = broken.length > 1;
  const sources = new Map<string, string[]>();
  for (const { source, at } of broken) sources.set(source, [...(sources.get(source) ?? []), at]);
  return [
    ...head,
    ...wrap(visible(one.title), width - 2).map((line) => `  ${line}`),
    ...(several || broken[0]?.text !== one.title
      ? broken.flatMap((check) => field(several ? check.requirement : 'says', visible(check.text), page))
      : []),
    ...[...sources].flatMap(([source, places]) =>
      field('source', visible(`${source} · ${[...new Set(places)].join(', ')}`), page),
    ),
    ...findings(one, several, page),
    ...[...new Set(broken.flatMap(({ known }) => (known === undefined ? [] : [known])))].flatMap((known) =>
      field('known', visible(known), page),
    ),
    ...broken.flatMap((check) =>
      check.flaky && check.reason ? field('flaky', visible(check.reason), page) : [],
    ),
    ...wire(one, page),
    // In one piece, so that it can be copied.
    `  ${paint.dim('again'.padEnd(10))}${visible(command)} --only ${visible(`${one.target}:${one.id}`)}`,
  ];
}

function findings(one: CaseResult, several: boolean, page: Page): string[] {
  const same = new Map<
    string,
    { readonly ids: Set<string>; readonly finding: CaseResult['findings'][number] }
  >();
  for (const finding of one.findings) {
    const key = JSON.stringify([finding.expected, finding.actual, finding.pointer]);
    const known = same.get(key);
    if (known) known.ids.add(finding.requirement);
    else same.set(key, { ids: new Set([finding.requirement]), finding });
  }
  const all = [...same.values()];
  const shown = page.verbose ? all : all.slice(0, mostFindings);
  const lines = shown.flatMap(({ ids, finding }) => {
    const whose = several && all.length > 1 ? `${[...ids].join(' ')}: ` : '';
    const where = finding.pointer ? ` (at ${visible(finding.pointer)})` : '';
    const scene = one.scene === null && finding.scene ? field('scene', visible(finding.scene), page) : [];
    return [
      ...field('expected', `${whose}${visible(finding.expected)}`, page),
      ...field('actual', `${visible(finding.actual)}${where}`, page),
      ...scene,
    ];
  });
  const hidden = all.length - shown.length;
  return hidden > 0
    ? [...lines, ...field('', `and ${count(hidden, 'more finding')}: --verbose`, page)]
    : lines;
}

function wire(one: CaseResult, page: Page): string[] {
  return one.transcript.flatMap((text, at) => {
    const label = at === 0 ? 'wire' : '';
    const line = visible(text);
    if (page.verbose) return [`  ${page.paint.dim(label.padEnd(10))}${line}`];
    // The line that the finding is about is shown whole.
    return field(
      label,
      text.startsWith('→') ? line : cut(line.replace(longWord, '$1…'), page.width - 12),
      page,
    );
  });
}
