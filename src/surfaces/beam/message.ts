import type { HeartbeatRule } from '../../contract/beam-rules.ts';
import { isObject, type Json, type JsonObject, parseJson, sameJson } from '../../contract/json.ts';
import { jobById } from '../../suite/job-by-id.ts';
import { type Finding, insteadText } from '../../suite/judgement.ts';
import type { Job, Recording } from '../../suite/recording.ts';
import type { Frame } from '../../wire/event.ts';
import { foretoldOf, positionsIn } from './foretold.ts';

/**
 * What every nonce begins with, made of letters that no encoding of text changes: an output is known by it
 * even where it is not the JSON that it should be.
 */
const mark = /bm-[0-9a-z]+-\d+-[0-9a-f]{8}/;

/** A new mark: for the scene's nonce, the count of its inputs, and eight hex digits drawn for this one. */
export function markFor(scene: string, count: number, drawn: string): string {
  return `bm-${scene}-${count}-${drawn}`;
}

/** The first mark in a text, be it one of ours or of another scene. */
export function markIn(text: string): string | undefined {
  return mark.exec(text)?.[0];
}

/** What a frame says, the bytes of a binary one read as text. */
export function textOf(frame: Frame): string {
  return frame.binary ? Buffer.from(frame.text, 'base64').toString('utf8') : frame.text;
}

/** A frame as a finding shows it: what it says, cut, and what kind of thing it says. */
export function shown(frame: Frame): Pick<Finding, 'actual' | 'shape'> {
  const { actual, shape } = insteadText(textOf(frame));
  return { actual: actual || 'an empty frame', ...(shape === undefined ? {} : { shape }) };
}

/** The JSON value of a frame, text or binary; undefined where it is none. */
export function contentOf(frame: Frame): Json | undefined {
  return frame.binary ? parseJson(textOf(frame)) : frame.message;
}

/** Answers of `inputOf`: every judge and monitor asks it of every frame, and an input is older than its answer. */
const inputs = new WeakMap<Frame, { readonly job: Job | undefined }>();

/**
 * The input that a frame answers, by its mark, else by what a program foretold of it; undefined: none that was
 * sent in this recording.
 */
export function inputOf(recording: Recording, frame: Frame): Job | undefined {
  const known = inputs.get(frame);
  if (known) return known.job;
  const id = markIn(textOf(frame));
  const job =
    id === undefined
      ? Object.values(recording.jobs).find(
          (one) => positionsIn(one, textOf(frame), contentOf(frame)).length > 0,
        )
      : jobById(recording, id);
  inputs.set(frame, { job });
  return job;
}

/** The mark of the input that a frame is about, also one that this recording does not know. */
export function jobOf(recording: Recording, frame: Frame): string | undefined {
  return markIn(textOf(frame)) ?? inputOf(recording, frame)?.id;
}

/** True for a frame that the server sends of its own accord, as the rules tell it from an output. */
export function isHeartbeat(rule: HeartbeatRule, frame: Frame): boolean {
  const content = contentOf(frame);
  if (!isObject(content)) return false;
  for (const key of Object.keys(rule.match)) if (!sameJson(content[key], rule.match[key])) return false;
  return markIn(textOf(frame)) === undefined;
}

/** What the handler produced, as far as a frame holds it: one object, or several that were put together. */
export function payloadsIn(frame: Frame): readonly JsonObject[] {
  const content = contentOf(frame);
  if (isObject(content)) return [content];
  return Array.isArray(content) ? content.filter(isObject) : [];
}

/** Positions in a stream that a frame speaks of; read from the bare text where it is no JSON. */
export function indexesIn(recording: Recording, frame: Frame): readonly number[] {
  const job = inputOf(recording, frame);
  if (job && foretoldOf(job)) {
    return askedOf(job) === 'stream' ? positionsIn(job, textOf(frame), contentOf(frame)) : [];
  }
  const content = contentOf(frame);
  // Mostly it is one object, and every monitor asks.
  if (isObject(content)) return typeof content.index === 'number' ? [content.index] : [];
  if (content !== undefined) {
    return payloadsIn(frame).flatMap(({ index }) => (typeof index === 'number' ? [index] : []));
  }
  return [...textOf(frame).matchAll(/\bindex\W{1,4}(\d+)/g)].map(([, digits]) => Number(digits));
}

/** The operation that an input asks for; `raw` for one that is sent to disturb. */
export type Asked = 'transform' | 'stream' | 'fail' | 'raw';

export function askedOf(job: Job): Asked {
  const { op } = job.about;
  return op === 'transform' || op === 'stream' || op === 'fail' ? op : 'raw';
}
