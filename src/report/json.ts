import { type WholeRun, whole } from './whole-run.ts';

/** The result as one document (`specs/formats/result.schema.json`), rendered from the stream when it has ended. */
export const json = whole((run) => `${JSON.stringify(resultOf(run), null, 2)}\n`);

/** A run as a result. The names in it are a public contract: add, don't rename. */
export function resultOf({ header, verdict, cases, footer }: WholeRun) {
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
    complete: footer.complete,
  };
}
