import type { Recording } from '../suite/recording.ts';
import type { Redactor } from '../wire/redact.ts';
import { redactEncoded } from '../wire/redact-encoded.ts';
import type { Recordings } from './run-event.ts';

/** Ours, and looked at: what kind of event it is, on which of our connections, and from which side. */
const ours: ReadonlySet<string> = new Set(['kind', 'peer', 'by', 'why']);

/**
 * A copy of a recording without secrets. All in it may be the server's, the names of keys as well, but for the form of
 * its events: so nothing else is spared, a secret that looks like a word of ours included.
 */
export function redactRecording(recording: Recording, known: Redactor): Recording {
  const redact = redactEncoded(known);
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return redact(value);
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [redact(name), clean(item)]));
  };
  const { scene, target, nonce, startedAt, ending, peers, events, ...rest } = recording;
  return {
    ...{ scene, target, nonce, startedAt },
    ending: { ...(clean(ending) as Recording['ending']), kind: ending.kind } as Recording['ending'],
    // Their names are those that events have, and are ours.
    peers: Object.fromEntries(
      Object.entries(peers).map(([key, { name, about }]) => [
        key,
        { name, about: clean(about) as typeof about },
      ]),
    ),
    events: events.map((event) =>
      Object.fromEntries(
        Object.entries(event).map(([key, value]) => [key, ours.has(key) ? value : clean(value)]),
      ),
    ) as unknown as Recording['events'],
    ...(clean(rest) as Omit<
      Recording,
      'scene' | 'target' | 'nonce' | 'startedAt' | 'ending' | 'events' | 'peers'
    >),
  };
}

/** Recordings as reporters may see them: one is redacted when it is asked for first, and most never are. */
export function redacted(recordings: Recordings, redact: Redactor): Recordings {
  const clean = new Map<Recording, Recording>();
  return {
    of: (target, scene) => {
      const recording = recordings.of(target, scene);
      if (!recording) return undefined;
      const known = clean.get(recording) ?? redactRecording(recording, redact);
      clean.set(recording, known);
      return known;
    },
  };
}
