import { isObject, type JsonObject, parseJson } from '../../contract/json.ts';
import type { Recording } from '../../suite/recording.ts';
import type { Frame } from '../../wire/event.ts';

/**
 * A frame as an event of the document; undefined where it is no JSON object. That it is a text frame is only
 * inferred (E1i), so what a binary one says counts as well.
 */
export function messageOf(frame: Frame): JsonObject | undefined {
  const message = frame.binary ? parseJson(textOf(frame)) : frame.message;
  return isObject(message) ? message : undefined;
}

/** What a frame says, be it text or bytes. */
export function textOf({ binary, text }: Frame): string {
  return binary ? Buffer.from(text, 'base64').toString() : text;
}

/** The event type of a frame, where it has one. */
export function typeOf(frame: Frame): string | undefined {
  const type = messageOf(frame)?.type;
  return typeof type === 'string' ? type : undefined;
}

/** The job a frame is about: by its own word, else (a minimal envelope, A22) by the stream it is on. */
export function jobOf(recording: Recording, frame: Frame): string | undefined {
  const id = messageOf(frame)?.jobId;
  if (typeof id === 'string') return id;
  const about = recording.peers[frame.peer]?.about;
  return about?.stream === 'job' ? about.job : undefined;
}

/** What a connection's key lets it see. */
export type Scope = 'full' | 'stripped';

export function scopeOf(recording: Recording, peer: string): Scope | undefined {
  const scope = recording.peers[peer]?.about.scope;
  return scope === 'full' || scope === 'stripped' ? scope : undefined;
}

export function streamOf(recording: Recording, peer: string): 'job' | 'space' | undefined {
  const stream = recording.peers[peer]?.about.stream;
  return stream === 'job' || stream === 'space' ? stream : undefined;
}
