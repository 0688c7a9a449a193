import type { Receipt } from '../control/codec.ts';
import type { Role } from '../control/messages.ts';
import type { LoadPlan } from '../plan/load-plan.ts';

/**
 * Everything that was seen in one stage, and nothing that was made of it: processes act and record, the judge reads.
 * Times are milliseconds of `process.hrtime`.
 * @module
 */

/** One publish. */
export interface PublishRecord {
  readonly channel: number;
  readonly seq: number;
  readonly intended: number;
  readonly sent: number;
  /** -1: never acknowledged. */
  readonly acknowledged: number;
  /** HTTP status; 0: no answer. On beam 200, since sending is all there is. */
  readonly status: number;
}

/** One subscriber's life. Moments that never came are NaN. */
export interface SeatRecord {
  readonly seat: number;
  readonly role: Exclude<Role, 'publisher'>;
  /** Which process of that role. */
  readonly process: number;
  readonly channel: number;
  /** Probes and sentinel: joined before, amidst or after the generator's. */
  readonly position: 'first' | 'middle' | 'last' | 'bulk';
  /** When it was to be dialled. */
  due: number;
  dialled: number;
  /** When it was dialled once more, by a host that may have lost the answer to the first time; absent: it was not. */
  redialled?: number;
  opened: number;
  ready: number;
  leaving: number;
  fenced: number;
  /** When we began to close it, or cut it: what is sent from then on is owed to nobody here. */
  closing: number;
  closed: number;
  /** Close code; 0: not closed. */
  code: number;
  /** Who closed: we began it, or they did. */
  closedBy: 'us' | 'them' | 'nobody';
  /** Status of a refused handshake; -1: not refused. */
  refused: number;
  /** Pairs from, to: what came for the first time, in whatever order. */
  readonly received: number[];
  /** Sequence numbers, each once for each time. */
  readonly late: number[];
  readonly again: number[];
  /** After a later one of another job: nobody promised an order. */
  readonly crossed: number[];
  readonly changed: number[];
  /** Pairs seq, channel. */
  readonly ghosts: number[];
  readonly foreign: number[];
  /** Pairs from, to, on beam: what this subscriber has asked. */
  readonly asked: number[];
}

/** Counts of a window of one second, by bucket, of one histogram. */
export interface HistogramWindow {
  /** `delivery` or `floor`, as `histogramKinds`. */
  readonly kind: number;
  readonly at: number;
  readonly pairs: readonly number[];
  readonly overflow: number;
}

/** The event loop of one generator process or VU over a second, milliseconds. */
export interface LagSample {
  readonly process: number;
  readonly at: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What the machine did over a second. CPU in cores, memory in bytes; NaN: not observed. */
export interface SystemSample {
  readonly at: number;
  readonly cpu: Readonly<Record<string, number>>;
  readonly rss: Readonly<Record<string, number>>;
  /** Share of the machine's CPU time that was not idle, 0 to 1. */
  readonly busy: number;
  /** PSI cpu, some: percent of that second in which something waited for a CPU. */
  readonly pressure: number;
  readonly connections: number;
}

/** How a process ended. */
export interface Ending {
  readonly name: string;
  readonly code: number | null;
  readonly signal: string | null;
  /** Set where it ended before it was asked to, or had to be killed. */
  readonly trouble?: string;
}

/** A requirement that a monitor found broken in what probes saw. */
export interface BrokenRequirement {
  readonly requirement: string;
  readonly level: 'MUST' | 'SHOULD';
  readonly monitor: string;
  readonly rule: string;
  /** How often. */
  readonly count: number;
  /** The first time. */
  readonly expected: string;
  readonly actual: string;
  readonly where: string;
}

export interface StageRecord {
  readonly plan: LoadPlan;
  /** Who generated: `k6` or `node`. */
  readonly driver: 'k6' | 'node';
  /** Moment of the first publish; NaN where it never came to that. */
  startAt: number;
  /** After the last publish was sent. */
  publishedAt: number;
  /** When the drain was over. */
  drainedAt: number;
  readonly publishes: PublishRecord[];
  readonly seats: SeatRecord[];
  readonly receipts: Receipt[];
  readonly histograms: HistogramWindow[];
  readonly lags: LagSample[];
  readonly system: SystemSample[];
  /** Wall clock less hrtime, each second. */
  /** Of members of the generator that may be on other machines: how far their clocks are ahead, and how well that is known. */
  readonly clocks: { readonly process: number; readonly aheadMs: number; readonly withinMs: number }[];
  readonly offsets: { readonly at: number; readonly offset: number }[];
  readonly intruders: { goodIn: number; goodOut: number; badIn: number; badOut: number; refusalMs: number[] };
  readonly counts: { frames: number; bytes: number; other: number };
  /** Raw frames of probes that are not what was sent. */
  readonly changed: {
    readonly seat: number;
    readonly channel: number;
    readonly seq: number;
    readonly text: string;
  }[];
  /** What the surface's monitors found. */
  readonly requirements: BrokenRequirement[];
  readonly endings: Ending[];
  /** What was asked and when, for the report's timeline. */
  readonly marks: { readonly at: number; readonly what: string }[];
  /** What broke of ours; empty: nothing. */
  readonly broken: string[];
  /** Set where the target could not be reached or let nobody in. */
  unreachable?: string;
  interrupted: boolean;
}
