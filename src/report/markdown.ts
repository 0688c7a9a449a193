import type { CaseResult } from '../conform/run-event.ts';
import type { Totals } from '../conform/verdict.ts';
import { outcomes } from '../suite/judgement.ts';
import type { ReportContext } from './context.ts';
import { code, text } from './markdown-text.ts';
import { type Check, type Row, rowOf } from './outcome-table.ts';
import { cut, duration, visible } from './plain-text.ts';
import { againOf, findingsOf, sentenceOf } from './story.ts';
import { type WholeRun, whole } from './whole-run.ts';

/** How many of a kind are told one by one. */
const most = 50;

/** A page for a pull request, a wiki or the summary of a CI step: worst first, long lists cut and counted. */
export const markdown = whole(markdownOf);

export function markdownOf(run: WholeRun, context: ReportContext): string {
  const { header, verdict, cases } = run;
  const told = cases.flatMap((one) =>
    one.checks.map((check) => ({ one, check, row: rowOf(check, context) })),
  );
  const of = (row: Row) => told.filter((each) => each.row === row);
  const open = told.filter(({ check }) => check.outcome === 'untestable' && check.level === 'MUST');
  return `${[
    `# ${verdict.verdict.toUpperCase()} · exit ${verdict.exit}`,
    `${text(verdict.reason)}${verdict.knownOnly ? ' (known failures only)' : ''}. ${header.targets.length} target${header.targets.length === 1 ? '' : 's'}, ${verdict.scope} run, ${duration(verdict.durationMs)}, plumbline ${header.tool.version}, seed ${header.seed}.`,
    targetsTable(run),
    totalsTable(verdict.totals),
    ...(verdict.baseline?.stale.length
      ? [`## Baseline`, list(verdict.baseline.stale.map(({ reason }) => `- ${text(reason)}`))]
      : []),
    ...section('Failed', of('failed'), failure(header.command)),
    ...section('Could not be judged', of('error'), brief),
    ...section('MUST, untestable', open, brief),
    ...section('Failed, but not gating', of('lesser-failure'), brief),
    ...section('Failed, but optional', of('may-failure'), brief),
    ...section('Known failures', of('known-failure'), brief),
    ...openPoints(run),
    `Again: \`${code(header.command)}\``,
  ].join('\n\n')}\n`;
}

type Told = { readonly one: CaseResult; readonly check: Check };

function section(title: string, all: readonly Told[], line: (told: Told) => string): string[] {
  if (all.length === 0) return [];
  return [`## ${title}: ${all.length}`, list(all.map(line))];
}

function list(lines: readonly string[]): string {
  const rest = lines.length - most;
  return [...lines.slice(0, most), ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n');
}

function brief({ one, check }: Told): string {
  return `- \`${code(one.id)}\` ${check.level} ${check.requirement} · ${text(one.target)}: ${text(cut(sentenceOf(one, check), 400))}`;
}

function failure(command: string): (told: Told) => string {
  return ({ one, check }) => {
    const findings = findingsOf(one, check).map(
      ({ expected, actual }) =>
        `  - expected ${text(cut(expected, 300))}; actual \`${code(cut(actual, 300))}\``,
    );
    return [
      `- **\`${code(one.id)}\`** ${check.level} ${check.requirement} · ${text(one.target)}: ${text(one.title)}`,
      `  - ${text(check.text)} (${text(check.source)} · ${text(check.at)})`,
      ...findings,
      ...(check.flaky ? [`  - ${text(check.reason ?? 'flaky')}`] : []),
      ...(one.transcript.length === 0
        ? []
        : [
            '',
            '    ```',
            ...one.transcript.map((wire) => `    ${visible(wire).replaceAll('```', "'''")}`),
            '    ```',
            '',
          ]),
      `  - again: \`${code(againOf(one, command))}\``,
    ].join('\n');
  };
}

function targetsTable({ header, verdict }: WholeRun): string {
  const rows = header.targets.map(({ name, surface, dialect, role }) => {
    const own = verdict.targets.find(({ target }) => target === name);
    const { passed = 0, failed = 0, untestable = 0 } = own?.totals.must ?? {};
    return `| ${text(name)} | ${text(surface)} | ${text(dialect)}${role ? `, ${text(role)}` : ''} | ${own?.verdict ?? ''} | ${passed} | ${failed} | ${untestable} |`;
  });
  return [
    '| target | surface | dialect | verdict | MUST passed | failed | untestable |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function totalsTable(totals: Totals): string {
  const rows = outcomes
    .filter((outcome) => totals.must[outcome] + totals.should[outcome] + totals.may[outcome] > 0)
    .map(
      (outcome) =>
        `| ${outcome} | ${totals.must[outcome]} | ${totals.should[outcome]} | ${totals.may[outcome]} |`,
    );
  return ['| outcome | MUST | SHOULD | MAY |', '|---|---|---|---|', ...rows].join('\n');
}

function openPoints({ verdict, header }: WholeRun): string[] {
  const seen = verdict.openPoints.filter(({ resolved }) => resolved.length > 0);
  if (seen.length === 0) return [];
  const rows = seen.map(
    ({ id, target, about, resolved }) =>
      `| ${text(id)} | ${header.targets.length > 1 ? `${text(target)} | ` : ''}${text(about)} | ${text(resolved.join(' and '))} |`,
  );
  const [head, rule] =
    header.targets.length > 1
      ? ['| open point | target | about | resolved |', '|---|---|---|---|']
      : ['| open point | about | resolved |', '|---|---|---|'];
  return [`## How the documents' open points were resolved`, [head, rule, ...rows].join('\n')];
}
