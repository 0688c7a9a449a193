import type { Json } from '../contract/json.ts';

/** What every event of a recording has: its place in the recording and its time. */
interface Stamp {
  /** Position in the recording, from 0, without gaps. */
  readonly seq: number;
  /** Milliseconds since the run began, monotonic. */
  readonly at: number;
  /** The connection it happened on, or the name of the HTTP exchange. */
  readonly peer: string;
}

/** We ask for an upgrade. */
export interface Dial extends Stamp {
  readonly kind: 'dial';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** 101. */
export interface Opened extends Stamp {
  readonly kind: 'opened';
  readonly headers: Readonly<Record<string, string>>;
}

/** The upgrade was answered with another status than 101. */
export interface Refused extends Stamp {
  readonly kind: 'refused';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** No answer to the upgrade that HTTP or WebSocket knows: connect failure, time-out, garbage. */
export interface Unreachable extends Stamp {
  readonly kind: 'unreachable';
  /** `network`: never connected; `silent`: connected, no answer in time; `garbled`: an answer that breaks the protocol. */
  readonly why: 'network' | 'silent' | 'garbled';
  readonly error: string;
}

/** We sent a message. */
export interface Sent extends Stamp {
  readonly kind: 'sent';
  readonly text: string;
  readonly binary: boolean;
}

/** A message arrived. `message` is what it parses to; absent where it is no JSON. */
export interface Frame extends Stamp {
  readonly kind: 'frame';
  readonly text: string;
  readonly binary: boolean;
  readonly bytes: number;
  readonly message?: Json;
}

/** A control frame. */
export interface Control extends Stamp {
  readonly kind: 'ping' | 'pong';
  readonly by: 'us' | 'them';
}

/** The connection ended. 1006: without a close frame. */
export interface Closed extends Stamp {
  readonly kind: 'closed';
  readonly by: 'us' | 'them';
  readonly code: number;
  readonly reason: string;
  /** What was wrong with the stream where our side had to give up on it. */
  readonly error?: string;
}

/** One HTTP exchange, whole. `status` 0: no answer. */
export interface Exchange extends Stamp {
  readonly kind: 'exchange';
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody?: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly json?: Json;
  readonly error?: string;
  /** The deadline passed before the whole answer was there. */
  readonly timedOut?: true;
  /** The server was reached, and what it sent is no answer: no HTTP, or broken off each time. */
  readonly garbled?: true;
  readonly ms: number;
}

/** A deadline that passed, or another timer of ours. */
export interface Timer extends Stamp {
  readonly kind: 'timer';
  readonly what: string;
  readonly ms: number;
}

/** A fact that a secret was needed for: recorded before the secret is gone. */
export interface Fact extends Stamp {
  readonly kind: 'fact';
  readonly name: string;
  readonly value: Json;
}

/** Something that happened on the wire, or beside it, in the order in which it happened. */
export type WireEvent =
  | Dial
  | Opened
  | Refused
  | Unreachable
  | Sent
  | Frame
  | Control
  | Closed
  | Exchange
  | Timer
  | Fact;

type Unstamped<E> = E extends WireEvent ? Omit<E, 'seq' | 'at'> : never;

/** An event before the recorder has given it its place and time. */
export type NewEvent = Unstamped<WireEvent>;
