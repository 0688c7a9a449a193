import type { CaseResult, Footer, Header, RunEvent, VerdictEvent } from '../conform/run-event.ts';
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
    const events: RunEvent[] = [];
    return {
      on: (event) => {
        events.push(event);
      },
      end: async () => {
        const run = readWhole(events);
        await context.out.write(documentOf(run, context));
        await afterwards?.(run, context);
        await context.out.end();
      },
    };
  };
}

/** @throws Error where the events are not those of a whole run. */
export function readWhole(events: readonly RunEvent[]): WholeRun {
  const header = events.find((event) => event.event === 'header');
  const verdict = events.find((event) => event.event === 'verdict');
  const footer = events.find((event) => event.event === 'footer');
  if (!header || !verdict || !footer) throw new Error('the run has no end, so there is no result');
  return { header, verdict, cases: events.filter((event) => event.event === 'case'), footer };
}
