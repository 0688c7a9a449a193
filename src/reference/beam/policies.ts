import type { HeartbeatRule } from '../../contract/beam-rules.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../../contract/json.ts';
import type { Keyring, Presented } from './door.ts';
import type { Endpoint } from './endpoint.ts';
import { runHandler } from './handler.ts';

/** A message as it came. */
export interface Incoming {
  readonly data: Buffer;
  readonly binary: boolean;
}

/** A message as it goes out. */
export interface Outgoing {
  readonly data: string | Buffer;
  readonly binary: boolean;
}

/** What an input brings about; nothing is no effect. */
export type Effect =
  | { readonly kind: 'send'; readonly output: Json }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }
  /** The TCP connection is reset. */
  | { readonly kind: 'reset' }
  /** The connection stays, and nothing is sent on it any more. */
  | { readonly kind: 'mute' }
  /** The whole surface is gone. */
  | { readonly kind: 'die' };

/** How a client is turned away: by an HTTP answer, or by a connection that is opened and closed. */
export type Refusal =
  | { readonly kind: 'answer'; readonly status: number }
  | { readonly kind: 'opened'; readonly frames: readonly string[]; readonly code: number };

export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Somebody's open connection, as far as others may touch it. */
export interface Peer {
  readonly send: (message: Outgoing) => void;
}

/** Every decision of the beam surface that a fault can bend. */
export interface BeamPolicies {
  /** The endpoint whose channel is at this path. */
  readonly route: (path: string, endpoints: readonly Endpoint[]) => Endpoint | undefined;
  readonly admit: (presented: Presented, keys: Keyring) => boolean;
  readonly refuse: (endpoint: Endpoint) => Refusal;
  /** Lines of the 101 answer. */
  readonly handshake: (lines: readonly string[]) => readonly string[];
  /** What a GET without an upgrade gets. */
  readonly get: () => PlainAnswer;
  /** Sent at once on an open connection, before any heartbeat. */
  readonly greet: (endpoint: Endpoint) => readonly Outgoing[];
  readonly heartbeat: (rule: HeartbeatRule | undefined) => HeartbeatRule | undefined;
  /** The frame of a heartbeat. */
  readonly beat: (match: JsonObject) => Outgoing;
  /** Milliseconds after which a client that has sent nothing is closed; undefined: never. */
  readonly patience: () => number | undefined;
  /** The JSON object in a message; undefined where there is none. `nth` counts from 0 on each connection. */
  readonly decode: (message: Incoming, nth: number) => JsonObject | undefined;
  /** The outputs of the handler. Throws HandlerFailure. */
  readonly answer: (input: JsonObject, key: string) => readonly Json[];
  /** What becomes of an input that is no JSON object. */
  readonly stumble: (message: Incoming, endpoint: Endpoint) => readonly Effect[];
  /** What a client sees when the handler raised. */
  readonly fail: (reason: string, endpoint: Endpoint) => readonly Effect[];
  /** The order, and the number, in which the outputs of one input leave. */
  readonly order: (outputs: readonly Json[]) => readonly Json[];
  readonly encode: (output: Json) => Outgoing;
  /** Whom an output goes to. */
  readonly address: (own: Peer, everybody: readonly Peer[]) => Peer;
}

/** The policies of a correct endpoint. */
export const beamPolicies: BeamPolicies = {
  route: (path, endpoints) =>
    endpoints.find((endpoint) => path === endpoint.path || path === `${endpoint.path}/`),
  admit: ({ header, query }, keys) =>
    header
      ? header.scheme === 'bearer' && keys.state(header.token) === 'good'
      : keys.query && query !== undefined && keys.state(query) === 'good',
  refuse: (endpoint) => ({ kind: 'answer', status: Number(endpoint.reading('A17')) }),
  handshake: (lines) => lines,
  get: () => ({
    status: 426,
    headers: { 'content-type': 'application/json', upgrade: 'websocket' },
    body: JSON.stringify({ error: 'this is a WebSocket endpoint' }),
  }),
  greet: () => [],
  heartbeat: (rule) => rule,
  beat: asText,
  patience: () => undefined,
  decode: ({ data, binary }) => {
    const value = binary ? undefined : parseJson(data.toString());
    return isObject(value) ? value : undefined;
  },
  answer: runHandler,
  stumble: (_message, endpoint) => seen(endpoint.reading('A19'), 1003, 'an input is a JSON object'),
  fail: (reason, endpoint) => seen(endpoint.reading('A20.failure'), 1011, reason),
  order: (outputs) => outputs,
  encode: asText,
  address: (own) => own,
};

function asText(value: Json): Outgoing {
  return { data: JSON.stringify(value), binary: false };
}

/** The three readings of A19 and A20.failure. */
function seen(reading: string, code: number, reason: string): readonly Effect[] {
  if (reading === 'answered') return [{ kind: 'send', output: { error: reason } }];
  if (reading === 'closes') return [{ kind: 'close', code, reason }];
  return [];
}
