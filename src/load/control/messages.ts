/**
 * What the coordinator of a measurement and its processes say to each other, over one WebSocket each on loopback:
 * orders and facts as JSON in text frames, accounts as binary ones (codec.ts). Times are milliseconds of
 * `process.hrtime`, which all processes of a machine share; k6 has no such clock, and makes them of the wall clock
 * with the offset that it is told. This file runs in Node and in k6.
 * @module
 */
import type { LoadPlan } from '../plan/load-plan.ts';
import type { PublishVia } from '../plan/publish-via.ts';

/** Who takes part, beside the coordinator and the server. */
export type Role = 'publisher' | 'probes' | 'sentinel' | 'bulk';

/** What the coordinator asks for. */
export type Order =
  /** First of all. `index` of `of`: which part of the generator's subscribers. `offset`: wall clock less hrtime. */
  | {
      readonly say: 'plan';
      readonly plan: LoadPlan;
      readonly index: number;
      readonly of: number;
      readonly offset: number;
      /** Publisher only. */
      readonly via?: PublishVia;
    }
  /** Sampled again each second. */
  | { readonly say: 'offset'; readonly offset: number }
  /** To members that may be on other machines: answered at once by `clock`, with the same `at`. */
  | { readonly say: 'clock'; readonly at: number }
  /**
   * Open connections until so many subscribers of this process have been begun, at a rate per second; answered by
   * `joined` when each of them is ready or has failed. Seats are counted over the whole of the plan: first all
   * probes, then all sentinels, then the generator's.
   */
  | { readonly say: 'join'; readonly id: number; readonly count: number; readonly rate: number }
  /** Publisher; on beam whoever holds subscribers: publish by the schedule, its first at that moment. */
  | { readonly say: 'publish'; readonly startAt: number }
  /**
   * Publisher, where a stream greets nobody: publish on each channel, every so many milliseconds, what subscribers are
   * ready with. 0: no more.
   */
  | { readonly say: 'greet'; readonly everyMs: number }
  /** Leave with so many of the oldest subscribers, fence each, and join as many anew. */
  | { readonly say: 'swap'; readonly id: number; readonly count: number; readonly rate: number }
  /** Cut all connections at once without a close, and come back within so long. Answered by `joined`. */
  | { readonly say: 'cut'; readonly id: number; readonly withinMs: number }
  /** Connect at that rate for so long, a share of it with a bad token. Answered by `joined`. */
  | {
      readonly say: 'intrude';
      readonly id: number;
      readonly rate: number;
      readonly badShare: number;
      readonly forMs: number;
    }
  /** Stop reading on so many of the subscribers. */
  | { readonly say: 'sleep'; readonly count: number }
  /** Send all that there is to tell, then `flushed`. */
  | { readonly say: 'flush'; readonly id: number }
  /** Close everything, tell the rest, and end. */
  | { readonly say: 'stop' };

/** What happened to a subscriber. */
export const seatEvents = {
  dialled: 0,
  opened: 1,
  ready: 2,
  /** `value`: status of the refusal, 0 where there was none (no connection, no answer in time). */
  refused: 3,
  leaving: 4,
  fenced: 5,
  /** `value`: close code, 1006 where there was none. */
  closed: 6,
  /** We closed it. */
  closing: 7,
  /** It stopped reading, as it was told: nothing that is sent from now on is owed to it. */
  asleep: 8,
  /** It is dialled once more, since whoever generates may have lost the answer to the first time. */
  redialled: 9,
  /**
   * First of all: there is such a seat, which was to be dialled then; `value`: its channel. The generator's; others tell it as
   * `seats`.
   */
  begun: 10,
} as const;

/** Seat, event (of `seatEvents`), when, value. A seat is one subscriber's life: whoever comes back is another seat. */
export type SeatRow = readonly [seat: number, event: number, at: number, value: number];

/** Seat, channel, role's own join position (0 first, 1 middle, 2 last), when it was to be dialled. */
export type BegunRow = readonly [seat: number, channel: number, position: number, due: number];

/** Channel, seq, sent, acknowledged (-1: not), status (0: no answer). */
export type PublishRow = readonly [
  channel: number,
  seq: number,
  sent: number,
  acknowledged: number,
  status: number,
];

/** What a probe hands on, in the order in which it happened. */
export const rowKinds = {
  /** A message with one of this run's publishes. */
  delivery: 0,
  other: 1,
  /** A binary message that is no delivery; `text` is what its bytes say. */
  binary: 2,
  /** What the probe said itself, as far as it is no input to be answered. */
  sent: 3,
  opened: 4,
  closed: 5,
  /** A message of this seat was not handed on: what comes after it is not all there is. */
  lost: 6,
} as const;
export type RowKind = (typeof rowKinds)[keyof typeof rowKinds];

export type FrameRow = readonly [seat: number, at: number, text: string, kind: RowKind];

/** What a process tells. */
export type Fact =
  | { readonly say: 'hello'; readonly role: Role; readonly token: string; readonly pid: number }
  /** Seats that this process has begun since the last time. */
  | { readonly say: 'seats'; readonly rows: readonly BegunRow[] }
  | { readonly say: 'life'; readonly rows: readonly SeatRow[] }
  | { readonly say: 'joined'; readonly id: number; readonly ready: number; readonly failed: number }
  | { readonly say: 'publishes'; readonly rows: readonly PublishRow[] }
  /** All that was to be published has been sent. */
  | { readonly say: 'published' }
  /** Connections by intruders, since the last time: let in with a bad token, refused with a good one … */
  | {
      readonly say: 'intruders';
      readonly goodIn: number;
      readonly goodOut: number;
      readonly badIn: number;
      readonly badOut: number;
      /** Milliseconds that each refusal of a bad token took. */
      readonly refusalMs: readonly number[];
    }
  /** Once a second: how long messages waited for the event loop (k6) or timers were late (Node), milliseconds. */
  | {
      readonly say: 'lag';
      readonly at: number;
      readonly p50: number;
      readonly p99: number;
      readonly max: number;
    }
  /** Counts since the last time of what arrived and is not of this run. */
  | { readonly say: 'counts'; readonly frames: number; readonly bytes: number; readonly other: number }
  /** Probes: raw messages as they arrived, for the judge. `skipped`: so many were not handed on. */
  | {
      readonly say: 'frames';
      readonly rows: readonly FrameRow[];
      readonly skipped: number;
    }
  | { readonly say: 'flushed'; readonly id: number }
  /** `wall`: milliseconds of the member's own wall clock. */
  | { readonly say: 'clock'; readonly at: number; readonly wall: number }
  /** Something of its own went wrong: the measurement is incomplete. */
  | { readonly say: 'broken'; readonly reason: string };

/** Environment variables by which a process finds its coordinator. */
export const controlVariables = { url: 'PLUMBLINE_CONTROL', token: 'PLUMBLINE_CONTROL_TOKEN' } as const;
