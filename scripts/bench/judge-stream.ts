import { parseJson } from '../../src/contract/json.ts';
import { type MonitorReport, watch } from '../../src/suite/monitor.ts';
import type { Recording } from '../../src/suite/recording.ts';
import type { Frame } from '../../src/wire/event.ts';
import type { Stream } from './streams.ts';

/** What all monitors of a surface have to say of a stream: monitor → a report for each recording. */
export type Judged = ReadonlyMap<string, readonly MonitorReport[]>;

/** The texts of all messages that came and are JSON. */
export function textsOf({ recordings }: Pick<Stream, 'recordings'>): string[] {
  return recordings.flatMap(({ events }) =>
    events.flatMap((event) => (event.kind === 'frame' && event.message !== undefined ? [event.text] : [])),
  );
}

/**
 * A stream as if it came in just now: each message is parsed from its text, and nothing is left of what earlier judges
 * have kept of it.
 */
export function parsed(stream: Stream): Stream {
  return { ...stream, recordings: stream.recordings.map(anew) };
}

function anew(recording: Recording): Recording {
  const events = recording.events.map((event) => {
    if (event.kind !== 'frame') return event;
    const { kind, peer, text, binary, bytes, seq, at } = event;
    const message = binary ? undefined : parseJson(text);
    return message === undefined
      ? ({ kind, peer, text, binary, bytes, seq, at } satisfies Frame)
      : ({ kind, peer, text, binary, bytes, message, seq, at } satisfies Frame);
  });
  return { ...recording, events };
}

/** Every monitor of the surface, over every event, as the judge of a run has them. */
export function watched({ target, suite, recordings }: Stream): Judged {
  return new Map(
    suite.monitors.map((monitor) => {
      const shared = new Map<string, unknown>();
      const reports = recordings.map((recording) =>
        watch(monitor, {
          recording,
          dialect: target.dialect,
          role: target.surface === 'pusher' ? target.role : 'application',
          jobOf: (frame) => suite.surface.jobOf(recording, frame),
          shared,
        }),
      );
      return [monitor.id, reports];
    }),
  );
}

/** Parse, validate, all monitors: what it takes to judge a stream from its texts. */
export function judgeStream(stream: Stream): Judged {
  return watched(parsed(stream));
}
