/**
 * What the generator's subscribers need of whatever runs them: k6's VUs and Node's threads run the same code on
 * hosts of their own. Times are milliseconds of `process.hrtime`. This file runs in Node and in k6.
 * @module
 */
import type { Fact } from '../control/messages.ts';
import type { ChannelPlan, LoadPlan } from '../plan/load-plan.ts';

/** One connection to the target. After `close` or `cut` the listener is told `closed` at most once more. */
export interface Connection {
  readonly send: (text: string) => void;
  /** Asks for the end; before the connection is open, gives the handshake up. */
  readonly close: () => void;
  /** Ends it without a word, where the host can; otherwise as `close`. */
  readonly cut: () => void;
  /** Stops reading; not there where the host always reads. */
  readonly sleep?: () => void;
  /**
   * There where the host may lose the first message of a connection: ends it, and tells its listener of it no more, so
   * that another may take its place.
   */
  readonly forsake?: () => void;
}

/** What becomes of a connection: either `refused`, or `opened` and in the end `closed`. */
export interface ConnectionListener {
  opened(at: number): void;
  /** Status of the answer; 0: none, or not known. */
  refused(at: number, status: number): void;
  /** `data` is undefined for a binary message. Received at that moment, before it waited for the event loop. */
  message(data: string | undefined, at: number): void;
  /** Close code, 1006 where there was none. */
  closed(at: number, code: number): void;
}

/** How long what came waited for the event loop, or how late timers were, since the last time. */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Host {
  now(): number;
  /** Milliseconds of the wall clock of its machine. */
  wall(): number;
  /** Tells the host what it is for, before the first connection. */
  prepare(plan: LoadPlan): void;
  /** Wall clock less hrtime, for a host that has only the wall clock. */
  setOffset(offset: number): void;
  connect(door: ChannelPlan, listener: ConnectionListener): Connection;
  /** Calls once after so long; the result takes it back. */
  after(ms: number, run: () => void): () => void;
  every(ms: number, run: () => void): () => void;
  /** HMAC-SHA256 in hex. */
  sign(secret: string, text: string): string;
  post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<{ readonly status: number; readonly body: string }>;
  tell(fact: Fact): void;
  send(frame: ArrayBuffer): void;
  lag(): Lag;
  /** Everything is closed and told. */
  end(): void;
}
