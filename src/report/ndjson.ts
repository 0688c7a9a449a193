import type { ReporterFactory } from './context.ts';

/** The stream itself: a line of JSON for each event, as it comes. Without its footer it is a partial run. */
export const ndjson: ReporterFactory = ({ out }) => ({
  on: (event) => out.write(`${JSON.stringify(event)}\n`),
  end: () => out.end(),
});
