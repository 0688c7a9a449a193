import { appendFile } from 'node:fs/promises';
import type { ReportContext } from './context.ts';
import { markdownOf } from './markdown.ts';
import { type Row, rowOf } from './outcome-table.ts';
import { placeOf } from './place.ts';
import { cut } from './plain-text.ts';
import { againOf, sentenceOf, verdictName, verdictSentence } from './story.ts';
import { type WholeRun, whole } from './whole-run.ts';

/** What GitHub shows of a kind in one step. */
const mostOfAKind = 10;
/** GitHub refuses a step summary over 1 MiB. */
const mostSummary = 1024 * 1024 - 1024;

/** Workflow commands: an annotation for each of the worst findings, and the page that is the summary of the step. */
export const github = whole(
  (run, context) => `${annotations(run, context).join('\n')}\n`,
  async (run, context) => {
    if (context.summary !== undefined) await appendFile(context.summary, summaryOf(run, context));
  },
);

function annotations(run: WholeRun, context: ReportContext): string[] {
  const told = run.cases.flatMap((one) =>
    one.checks.map((check) => ({ one, check, row: rowOf(check, context) })),
  );
  const of = (...rows: readonly Row[]) => told.filter(({ row }) => rows.includes(row));
  const lineOf =
    (kind: 'error' | 'warning' | 'notice') =>
    ({ one, check }: (typeof told)[number]) => {
      const at = run.header.targets.find(({ name }) => name === one.target)?.at ?? '';
      const { uri, line } = placeOf(at, context.place);
      const message = `${check.text}\n${sentenceOf(one, check)}\nSource: ${check.source} (${check.at})\nAgain: ${againOf(one, run.header.command)}`;
      return command(
        kind,
        { file: decodeURI(uri), line, title: `${check.level} ${check.requirement} · ${one.id}` },
        message,
      );
    };
  const red = of('failed', 'error');
  const lesser = of('lesser-failure');
  const may = of('may-failure');
  const verdict =
    run.verdict.exit === 0 ? [] : [command('error', { title: verdictName }, verdictSentence(run.verdict))];
  return [
    ...verdict,
    ...cutTo(red.map(lineOf('error')), mostOfAKind - verdict.length, 'error'),
    ...cutTo(lesser.map(lineOf('warning')), mostOfAKind, 'warning'),
    ...cutTo(may.map(lineOf('notice')), mostOfAKind, 'notice'),
  ];
}

function cutTo(lines: readonly string[], most: number, kind: 'error' | 'warning' | 'notice'): string[] {
  if (lines.length <= most) return [...lines];
  const rest = lines.length - (most - 1);
  return [
    ...lines.slice(0, most - 1),
    command(kind, { title: 'plumbline' }, `and ${rest} more: see the summary of the step`),
  ];
}

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
function command(
  kind: string,
  properties: Readonly<Record<string, string | number>>,
  message: string,
): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${property(String(value))}`);
  return `::${kind} ${list.join(',')}::${data(cut(message, 4000))}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function summaryOf(run: WholeRun, context: ReportContext): string {
  const page = markdownOf(run, context);
  if (Buffer.byteLength(page) <= mostSummary) return page;
  const most = Buffer.from(page).subarray(0, mostSummary).toString('utf8');
  return `${most.slice(0, most.lastIndexOf('\n'))}\n\nCut here: the page is too long for the summary of a step.\n`;
}
