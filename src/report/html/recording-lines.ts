import type { Header } from '../../conform/run-event.ts';
import type { Recording } from '../../suite/recording.ts';

/** A recording as NDJSON: a line of what it is of, then a line for each event. */
export function recordingLines({ events, ...about }: Recording): string {
  const [target, scene] = [about.target, about.scene];
  const lines: object[] = [{ line: 'recording', ...about, events: events.length }];
  for (const event of events) {
    // What a text parses to stands in the text.
    const {
      message: _message,
      json: _json,
      ...own
    } = event as typeof event & { message?: unknown; json?: unknown };
    lines.push({ line: 'event', target, scene, ...own });
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** The first line: which run these recordings are of, also where it has none to show. */
export function recordingsHead({ startedAt, seed, command, tool }: Header, scenes: number): string {
  return `${JSON.stringify({ line: 'run', startedAt, seed, command, tool, scenes })}\n`;
}
