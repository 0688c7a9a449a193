import { stringify } from 'yaml';
import { outcomeTable, rowOf } from './outcome-table.ts';
import { visible } from './plain-text.ts';
import { againOf, findingsOf, sentenceOf, verdictName, verdictSentence } from './story.ts';
import { whole } from './whole-run.ts';

interface Point {
  readonly ok: boolean;
  readonly description: string;
  readonly directive?: string;
  readonly comment?: string;
  readonly diagnosis?: object;
}

/** The Test Anything Protocol, version 14 (https://testanything.org): a test point for each check. */
export const tap = whole(({ header, verdict, cases }, context) => {
  const points = cases.flatMap((one) =>
    one.checks.map((check): Point => {
      const row = rowOf(check, context);
      const fate = outcomeTable[row].tap;
      const sentence = sentenceOf(one, check);
      const description = `${one.target}: ${one.id} ${check.level} ${check.requirement}`;
      const isRed = fate === 'not ok' || fate === 'todo';
      return {
        ok: !isRed,
        description,
        ...(fate === 'skip' ? { directive: `SKIP ${check.outcome}: ${sentence}` } : {}),
        ...(fate === 'todo'
          ? { directive: `TODO ${row === 'known-failure' ? sentence : 'it does not gate'}` }
          : {}),
        ...(row === 'ambiguous' ? { comment: `ambiguous: ${sentence}` } : {}),
        ...(isRed
          ? {
              diagnosis: {
                outcome: check.outcome,
                title: one.title,
                says: check.text,
                source: `${check.source} · ${check.at}`,
                ...(check.reason === undefined ? {} : { reason: check.reason }),
                findings: findingsOf(one, check).map(({ expected, actual }) => ({ expected, actual })),
                wire: one.transcript,
                again: againOf(one, header.command),
              },
            }
          : {}),
      };
    }),
  );
  const last: Point = {
    ok: verdict.exit === 0,
    description: verdictName,
    ...(verdict.exit === 0 ? {} : { diagnosis: { reason: verdictSentence(verdict) } }),
  };
  const all = [...points, last];
  const lines = all.flatMap((point, at) => linesOf(point, at + 1));
  return `TAP version 14\n1..${all.length}\n${lines.join('\n')}\n`;
});

function linesOf({ ok, description, directive, comment, diagnosis }: Point, number: number): string[] {
  const what = `${ok ? 'ok' : 'not ok'} ${number} - ${escaped(description)}`;
  return [
    directive === undefined ? what : `${what} # ${escaped(directive)}`,
    ...(comment === undefined ? [] : [`# ${visible(comment)}`]),
    ...(diagnosis === undefined
      ? []
      : ['---', ...stringify(printable(diagnosis), { lineWidth: 0 }).trimEnd().split('\n'), '...'].map(
          (line) => `  ${line}`,
        )),
  ];
}

/** A hash begins a directive, and a backslash escapes. */
function escaped(text: string): string {
  return visible(text).replace(/[\\#]/g, '\\$&');
}

/** Every text on one line, so that no server writes a line of its own into the report. */
function printable(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map(printable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, printable(one)]));
}
