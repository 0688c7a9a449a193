import { setTimeout as after, setImmediate as nextTurn } from 'node:timers/promises';
import type { Effect, Incoming } from './policies.ts';

/** How a backlog works off the inputs of its connection. */
export interface BacklogWork {
  readonly effectsOf: (message: Incoming) => readonly Effect[];
  readonly perform: (effect: Effect) => void;
  readonly open: () => boolean;
  /** True: the outputs of several inputs take turns (A20.streams). */
  readonly interleaved: boolean;
  /** True while the client reads too slowly for more to be sent. */
  readonly full: () => boolean;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Called with what no effect accounts for, a mistake of ours. */
  readonly broken: (cause: unknown) => void;
}

export interface Backlog {
  readonly push: (message: Incoming) => void;
  readonly clear: () => void;
}

/** Beyond either of these the connection is no longer read from, so that TCP holds the client back. */
const mostInputs = 256;
const mostBytes = 4 * 1024 * 1024;

/** Outputs that leave before others get a turn on the event loop. */
const oneTurn = 32;

/** The inputs of one connection: worked off in their order, bounded in number and in bytes. */
export function createBacklog(work: BacklogWork): Backlog {
  const waiting: Incoming[] = [];
  let bytes = 0;
  let paused = false;
  let running = false;

  const take = (): Incoming | undefined => {
    const message = waiting.shift();
    bytes -= message?.data.length ?? 0;
    if (paused && waiting.length < mostInputs / 2 && bytes < mostBytes / 2) {
      paused = false;
      work.resume();
    }
    return message;
  };
  const room = async (): Promise<void> => {
    while (work.open() && work.full()) await after(5);
  };

  const inOrder = async (): Promise<void> => {
    let sent = 0;
    for (let message = take(); message && work.open(); message = take()) {
      for (const effect of work.effectsOf(message)) {
        if (work.full()) await room();
        if (!work.open()) return;
        work.perform(effect);
        sent += 1;
        if (sent % oneTurn === 0) await nextTurn();
      }
    }
  };

  const takingTurns = async (): Promise<void> => {
    const streams: Effect[][] = [];
    while (work.open() && (streams.length > 0 || waiting.length > 0)) {
      // A pace that lets the next input in between two outputs, which is what this reading is about.
      await after(2);
      while (streams.length < mostInputs && waiting.length > 0) {
        const message = take();
        if (message) streams.push([...work.effectsOf(message)]);
      }
      for (const stream of [...streams]) {
        const effect = stream.shift();
        if (stream.length === 0) streams.splice(streams.indexOf(stream), 1);
        await room();
        if (effect && work.open()) work.perform(effect);
      }
    }
  };

  const run = async (): Promise<void> => {
    running = true;
    try {
      while (work.open() && waiting.length > 0) await (work.interleaved ? takingTurns() : inOrder());
    } catch (cause) {
      work.broken(cause);
    } finally {
      running = false;
    }
  };

  return {
    push(message) {
      if (!work.open()) return;
      waiting.push(message);
      bytes += message.data.length;
      if (!paused && (waiting.length >= mostInputs || bytes >= mostBytes)) {
        paused = true;
        work.pause();
      }
      if (!running) void run();
    },
    clear() {
      waiting.length = 0;
      bytes = 0;
    },
  };
}
