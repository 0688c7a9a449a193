import type { CaseResult, Header, VerdictEvent } from '../conform/run-event.ts';
import type { ReporterFactory } from './context.ts';

/** The result as one document (`specs/formats/result.schema.json`), rendered from the stream when it has ended. */
export const json: ReporterFactory = ({ out }) => {
  let header: Header | undefined;
  let verdict: VerdictEvent | undefined;
  let complete: boolean | undefined;
  const cases: CaseResult[] = [];
  return {
    on: (event) => {
      if (event.event === 'header') header = event;
      else if (event.event === 'case') cases.push(event);
      else if (event.event === 'verdict') verdict = event;
      else if (event.event === 'footer') complete = event.complete;
    },
    end: async () => {
      if (!header || !verdict || complete === undefined)
        throw new Error('the run has no end, so there is no result');
      await out.write(`${JSON.stringify(resultOf(header, verdict, cases, complete), null, 2)}\n`);
      await out.end();
    },
  };
};

/** The names in it are a public contract: add, don't rename. */
function resultOf(header: Header, verdict: VerdictEvent, cases: readonly CaseResult[], complete: boolean) {
  const { event: _header, scenes: _scenes, checks: _checks, targets, ...start } = header;
  const { event: _verdict, targets: verdicts, openPoints, ...end } = verdict;
  return {
    ...start,
    targets: targets.map((target) => {
      const { target: _name, ...own } = verdicts.find((one) => one.target === target.name) ?? {
        target: target.name,
      };
      return { ...target, ...own };
    }),
    ...end,
    cases: cases.map(({ event: _case, ...one }) => one),
    openPoints,
    complete,
  };
}
