/** What can be measured within one process: the judge and its parts. */
import { createHmac } from 'node:crypto';
import { redactRecording } from '../../src/conform/redact-recording.ts';
import type { Contract } from '../../src/contract/contract.ts';
import { isObject, type Json } from '../../src/contract/json.ts';
import { type SurfaceName, surfaceNames } from '../../src/contract/requirement.ts';
import { validatorsOf } from '../../src/contract/validators.ts';
import { Histogram } from '../../src/load/wire/histogram.ts';
import { secretsOf } from '../../src/target/target.ts';
import { frameOf, messageFrom } from '../../src/wire/frame.ts';
import { Intake } from '../../src/wire/intake.ts';
import { redactor } from '../../src/wire/redact.ts';
import { channelSignature } from '../../src/wire/sign.ts';
import { Transcript } from '../../src/wire/transcript.ts';
import type { Aim } from './bench-result.ts';
import type { Pair } from './compare.ts';
import { judgeStream, parsed, textsOf, watched } from './judge-stream.ts';
import type { Stream } from './streams.ts';

/** A pair with its name. */
export interface NamedPair extends Pair {
  readonly id: string;
  readonly what: string;
  readonly aim?: Aim;
  readonly notes?: readonly string[];
}

/** Everything that is measured of the judge on recorded streams. */
export function pairsOf(contract: Contract, streams: Readonly<Record<SurfaceName, Stream>>): NamedPair[] {
  return [
    ...surfaceNames.map((surface) => judging(streams[surface])),
    ...surfaceNames.map((surface) => watching(streams[surface])),
    decoding(streams.emit),
    validating(contract, streams.emit),
    redacting(streams.emit),
    signing(),
    counting(),
  ];
}

const parsing = (texts: readonly string[]) => () => {
  let last: unknown;
  for (const text of texts) last = JSON.parse(text);
  return last;
};

function judging(stream: Stream): NamedPair {
  const texts = textsOf(stream);
  return {
    id: `judge ${stream.target.surface}`,
    what: 'parse, validate and all monitors / JSON.parse of the same texts',
    aim: { most: 2 },
    notes: [sizeOf(stream)],
    subject: () => judgeStream(stream),
    base: parsing(texts),
  };
}

function watching(stream: Stream): NamedPair {
  return {
    id: `monitors ${stream.target.surface}`,
    what: 'frames made of texts and watched by all monitors / frames made of texts',
    // Made anew each time: of what monitors work out of a message, some is kept with it.
    subject: () => watched(parsed(stream)),
    base: () => parsed(stream),
  };
}

function sizeOf({ recordings, suite }: Stream): string {
  const events = recordings.flatMap((recording) => recording.events);
  const frames = events.filter(({ kind }) => kind === 'frame').length;
  return `${frames} messages among ${events.length} events, ${suite.monitors.length} monitors`;
}

function decoding(stream: Stream): NamedPair {
  const frames = textsOf(stream).map((text) => Buffer.from(text));
  return {
    id: 'decode',
    what: 'bytes to a recorded frame, as a connection does it / toString and JSON.parse',
    subject: () => {
      const transcript = new Transcript(0, new Intake());
      const account = { sent: 0 };
      for (const bytes of frames) {
        const message = messageFrom(bytes, false);
        if (transcript.intake.event(account, message.text)) transcript.record(frameOf('peer', message));
      }
      return transcript.length;
    },
    base: () => {
      let last: unknown;
      for (const bytes of frames) last = JSON.parse(bytes.toString('utf8'));
      return last;
    },
  };
}

/** Messages to a full viewer, each with the name of its schema. */
export function messagesWithSchema(stream: Stream): { schema: string; message: Json; text: string }[] {
  return stream.recordings.flatMap(({ events, peers }) =>
    events.flatMap((event) => {
      if (event.kind !== 'frame' || !isObject(event.message)) return [];
      const { message, peer, text } = event;
      const isFull = peers[peer]?.about.scope === 'full' && peers[peer]?.about.stream === 'job';
      return isFull ? [{ schema: `messages/${String(message.type)}`, message, text }] : [];
    }),
  );
}

function validating(contract: Contract, stream: Stream): NamedPair {
  const validators = validatorsOf(contract.emit);
  const messages = messagesWithSchema(stream);
  const invalid = messages.filter(({ schema, message }) => validators.violations(schema, message).length > 0);
  if (messages.length === 0 || invalid.length > 0)
    throw new Error(`${invalid.length} messages are not valid`);
  return {
    id: 'validate',
    what: 'schema of the type, with every violation / JSON.parse of the same text',
    notes: [`${messages.length} messages`],
    subject: () => {
      let count = 0;
      for (const { schema, message } of messages) count += validators.violations(schema, message).length;
      return count;
    },
    base: parsing(messages.map(({ text }) => text)),
  };
}

function redacting({ recordings, target }: Stream): NamedPair {
  const redact = redactor(secretsOf(target));
  const [recording] = recordings;
  if (!recording) throw new Error('nothing to redact');
  const part = { ...recording, events: recording.events.slice(0, 50) };
  return {
    id: 'redact',
    what: 'a recording without its secrets, in whatever form / a plain copy of it',
    subject: () => redactRecording(part, redact),
    base: () => structuredClone(part),
  };
}

function signing(): NamedPair {
  const sockets = Array.from({ length: 200 }, (_, n) => `${n}.${n * 7}`);
  const channel = 'private-client.a-client';
  return {
    id: 'sign',
    what: 'signatures of subscriptions / createHmac of the same texts',
    subject: () => sockets.map((socket) => channelSignature('a-secret', socket, channel)),
    base: () =>
      sockets.map((socket) => createHmac('sha256', 'a-secret').update(`${socket}:${channel}`).digest('hex')),
  };
}

function counting(): NamedPair {
  // From 0.1 ms to a second, as latencies are: most of them short.
  const values = Float64Array.from(
    { length: 100_000 },
    (_, n) => 0.1 * 10 ** (4 * (((n * 7919) % 99_991) / 99_991) ** 3),
  );
  const shares = [0.5, 0.9, 0.99, 0.999];
  return {
    id: 'histogram',
    what: `${values.length} values counted and four quantiles read / kept, sorted and read`,
    subject: () => {
      const histogram = new Histogram();
      for (const value of values) histogram.add(value);
      return shares.map((share) => histogram.quantile(share));
    },
    base: () => {
      const kept = Float64Array.from(values).sort();
      return shares.map((share) => kept[Math.ceil(share * kept.length) - 1]);
    },
  };
}
