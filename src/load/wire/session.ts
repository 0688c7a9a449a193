/**
 * What a subscriber says and understands, without a socket: text in, one word out. The same code runs in the
 * generator's k6, in its Node workers and in the probes, so that all of them mean the same by ready, delivery
 * and fence. This file runs in Node and in k6.
 * @module
 */

/** What one message was. */
export type Reading =
  /** One of this run's publishes; channel, seq and, on the null server, `text` holds its own write. */
  | 'delivery'
  /** Once only. From now on what is published is owed. */
  | 'ready'
  /** `reply` is to be sent. */
  | 'reply'
  /** `authorize` is to be answered by `subscribe` with the signature for `state.socketId`. */
  | 'authorize'
  /** What was asked by `fence` is answered: all that comes now came too late. */
  | 'fence'
  /** The server will not have this subscriber; `reason`. */
  | 'refused'
  | 'other';

/** What a reader has to remember of one subscriber. */
export interface SessionState {
  ready: boolean;
  /** The channel that it is on, whose sentinel event makes it ready where nothing else does. */
  readonly channel: number;
  /** Pusher: set by the greeting. */
  socketId: string;
  /** True from the fence being asked for. */
  leaving: boolean;
}

export function newSession(channel = 0): SessionState {
  return { ready: false, channel, socketId: '', leaving: false };
}

/** Speaks one surface. Its fields hold what the last `read` found, and are overwritten by the next. */
export interface SessionReader {
  /** Channel and number of a delivery. */
  readonly channel: number;
  readonly seq: number;
  readonly reply: string;
  readonly reason: string;
  /** What to send once connected; undefined: nothing. */
  opened(): string | undefined;
  read(text: string, state: SessionState): Reading;
  /** Pusher: the message that subscribes with a signature. */
  subscribe(channelName: string, auth: string): string;
  /** What ends the subscription and leaves the connection; undefined: only a close does. */
  leave(channelName: string): string | undefined;
  /** What is answered after all that was under way; undefined: only a close is. */
  fence(): string | undefined;
}
