import type { CaseResult, Footer, Header, VerdictEvent } from '../conform/run-event.ts';
import type { ReportContext, ReporterFactory } from './context.ts';

/** All that a report can tell of a run once it has ended. */
export interface WholeRun {
  readonly header: Header;
  readonly verdict: VerdictEvent;
  readonly cases: readonly CaseResult[];
  readonly footer: Footer;
}

/** A reporter that writes a document when the run has ended, and perhaps does something more. */
export function whole(
  documentOf: (run: WholeRun, context: ReportContext) => string,
  afterwards?: (run: WholeRun, context: ReportContext) => Promise<void>,
): ReporterFactory {
  return (context) => {
    let header: Header | undefined;
    let verdict: VerdictEvent | undefined;
    let footer: Footer | undefined;
    const cases: CaseResult[] = [];
    return {
      on: (event) => {
        if (event.event === 'header') header = event;
        else if (event.event === 'case') cases.push(event);
        else if (event.event === 'verdict') verdict = event;
        else if (event.event === 'footer') footer = event;
      },
      end: async () => {
        if (!header || !verdict || !footer) throw new Error('the run has no end, so there is no result');
        const run = { header, verdict, cases, footer };
        await context.out.write(documentOf(run, context));
        await afterwards?.(run, context);
        await context.out.end();
      },
    };
  };
}
