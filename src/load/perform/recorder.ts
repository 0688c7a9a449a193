import { decodeHistogram, decodeReceipts, decodeRuns, frameKinds } from '../control/codec.ts';
import { decodeLives } from '../control/lives.ts';
import {
  type BegunRow,
  type Fact,
  type PublishRow,
  type Role,
  type RowKind,
  rowKinds,
  seatEvents,
} from '../control/messages.ts';
import type { SeatRecord, StageRecord } from '../evidence/stage-record.ts';
import { type LoadPlan, publishesOf } from '../plan/load-plan.ts';
import { ChannelOrder, dueAfter, dueOfSeat } from '../plan/schedule.ts';
import { type RunKind, runKinds } from '../wire/seat-ledger.ts';

const positions = ['first', 'middle', 'last'] as const;

/** Raw frames of probes, as they come, and what belongs to them; the judge of frames wants them in order. */
export type FrameListener = (seat: number, at: number, text: string, kind: RowKind) => void;

/** Writes down what the processes of a stage tell. It understands their words and judges nothing. */
export class StageRecorder {
  readonly record: StageRecord;
  /** Deliveries that came for the first time. */
  received = 0;
  framesSeen = 0;
  framesSkipped = 0;
  /** Called with publishes as they are told. */
  onPublishes: (rows: readonly PublishRow[]) => void = () => {};
  readonly #seats = new Map<number, SeatRecord>();
  readonly #onFrame: FrameListener;
  /** When each publish is due, by channel and number, in milliseconds after the first. */
  readonly #due: readonly Float64Array[];

  constructor(plan: LoadPlan, driver: 'k6' | 'node', onFrame: FrameListener = () => {}) {
    this.record = emptyRecord(plan, driver);
    this.#onFrame = onFrame;
    this.#due = plan.surface === 'beam' ? [] : dueByChannel(plan);
  }

  /** Takes down what a process says. Answers to orders are the conductor's. */
  told(role: Role, process: number, fact: Fact): void {
    const { record } = this;
    switch (fact.say) {
      case 'seats':
        for (const row of fact.rows) this.#seat(role, process, row);
        return;
      case 'life':
        for (const [seat, event, at, value] of fact.rows) this.#life(seat, event, at, value);
        return;
      case 'publishes':
        this.onPublishes(fact.rows);
        for (const [channel, seq, sent, acknowledged, status] of fact.rows) {
          const intended = this.intendedOf(channel, seq);
          record.publishes.push({ channel, seq, intended, sent, acknowledged, status });
        }
        return;
      case 'intruders':
        record.intruders.goodIn += fact.goodIn;
        record.intruders.goodOut += fact.goodOut;
        record.intruders.badIn += fact.badIn;
        record.intruders.badOut += fact.badOut;
        record.intruders.refusalMs.push(...fact.refusalMs);
        return;
      case 'lag': {
        const { at, p50, p99, max } = fact;
        record.lags.push({ process, at, p50, p99, max });
        return;
      }
      case 'counts':
        record.counts.frames += fact.frames;
        record.counts.bytes += fact.bytes;
        record.counts.other += fact.other;
        return;
      case 'frames':
        this.framesSeen += fact.skipped;
        this.framesSkipped += fact.skipped;
        for (const row of fact.rows) {
          if (row[3] <= rowKinds.binary) this.framesSeen += 1;
          this.#onFrame(...row);
        }
        return;
      case 'broken':
        record.broken.push(`${role} ${process}: ${fact.reason.split('\n')[0] ?? ''}`);
        return;
      default:
        return;
    }
  }

  /** Takes down a binary frame. */
  sent(role: Role, process: number, frame: DataView): void {
    switch (frame.getUint8(0)) {
      case frameKinds.lives:
        decodeLives(frame, (seat, event, at, value) => {
          if (event === seatEvents.begun) this.#seat(role, process, [seat, value, 0, at]);
          else this.#life(seat, event, at, value);
        });
        return;
      case frameKinds.runs:
        decodeRuns(frame, (seat, kind, from, to) => this.#run(seat, kind, from, to));
        return;
      case frameKinds.histogram:
        this.record.histograms.push(decodeHistogram(frame));
        return;
      case frameKinds.receipts:
        decodeReceipts(frame, (receipt) => this.record.receipts.push(receipt));
        return;
      default:
        this.record.broken.push('a process sent a frame that nobody knows');
    }
  }

  seat(seat: number): SeatRecord | undefined {
    return this.#seats.get(seat);
  }

  /** When a publish was due, milliseconds of hrtime; NaN for one that the plan does not have. */
  intendedOf(channel: number, seq: number): number {
    const { stage, surface } = this.record.plan;
    const after =
      surface === 'beam' ? dueOfSeat(stage, channel, seq) : (this.#due[channel]?.[seq] ?? Number.NaN);
    return this.record.startAt + after;
  }

  #seat(role: Role, process: number, [seat, channel, position, due]: BegunRow): void {
    if (role === 'publisher') return;
    const made: SeatRecord = {
      seat,
      role,
      process,
      channel,
      position: role === 'bulk' ? 'bulk' : (positions[position] ?? 'last'),
      due,
      dialled: Number.NaN,
      opened: Number.NaN,
      ready: Number.NaN,
      leaving: Number.NaN,
      fenced: Number.NaN,
      closing: Number.NaN,
      closed: Number.NaN,
      code: 0,
      closedBy: 'nobody',
      refused: -1,
      received: [],
      late: [],
      again: [],
      crossed: [],
      changed: [],
      ghosts: [],
      foreign: [],
      asked: [],
    };
    this.#seats.set(seat, made);
    this.record.seats.push(made);
  }

  #life(number: number, event: number, at: number, value: number): void {
    const seat = this.#known(number);
    if (!seat) return;
    switch (event) {
      case seatEvents.dialled:
        seat.dialled = at;
        return;
      case seatEvents.redialled:
        seat.redialled = at;
        seat.due = at;
        seat.dialled = at;
        seat.opened = Number.NaN;
        return;
      case seatEvents.opened:
        seat.opened = at;
        return;
      case seatEvents.ready:
        seat.ready = at;
        return;
      case seatEvents.refused:
        seat.refused = value;
        return;
      case seatEvents.leaving:
      case seatEvents.asleep:
        seat.leaving = at;
        return;
      case seatEvents.fenced:
        seat.fenced = at;
        return;
      case seatEvents.closing:
        seat.closedBy = 'us';
        seat.closing = at;
        return;
      case seatEvents.closed:
        seat.closed = at;
        seat.code = value;
        if (seat.closedBy === 'nobody') seat.closedBy = 'them';
        return;
      default:
        this.record.broken.push(`seat ${number} told of an event ${event} that nobody knows`);
    }
  }

  #run(number: number, kind: RunKind, from: number, to: number): void {
    const seat = this.#known(number);
    if (!seat) return;
    switch (kind) {
      case runKinds.inOrder:
        this.received += to - from + 1;
        addRange(seat.received, from, to);
        return;
      case runKinds.late:
        this.received += 1;
        seat.late.push(from);
        addRange(seat.received, from, to);
        return;
      case runKinds.crossed:
        this.received += 1;
        seat.crossed.push(from);
        addRange(seat.received, from, to);
        return;
      case runKinds.again:
        seat.again.push(from);
        return;
      case runKinds.changed:
        seat.changed.push(from);
        return;
      case runKinds.ghost:
        seat.ghosts.push(from, to);
        return;
      case runKinds.foreign:
        seat.foreign.push(from, to);
        return;
      case runKinds.asked:
        addRange(seat.asked, from, to);
        return;
    }
  }

  #known(number: number): SeatRecord | undefined {
    const seat = this.#seats.get(number);
    if (!seat) this.record.broken.push(`something was told of seat ${number}, which nobody has begun`);
    return seat;
  }
}

/** Adds a range to a list of them, as part of the last one where it goes on from there. */
function addRange(ranges: number[], from: number, to: number): void {
  const end = ranges.length - 1;
  if (end > 0 && ranges[end] === from - 1) ranges[end] = to;
  else ranges.push(from, to);
}

/** When each publish is due, by channel and number, in milliseconds after the first. */
export function dueByChannel(plan: LoadPlan): readonly Float64Array[] {
  const count = publishesOf(plan.stage);
  const order = new ChannelOrder(plan, count);
  const due = Array.from(order.perChannel, (publishes) => new Float64Array(publishes));
  for (let n = 0; n < count; n++) {
    const list = due[order.channel[n] ?? 0];
    if (list) list[order.seq[n] ?? 0] = dueAfter(plan.stage, n);
  }
  return due;
}

export function emptyRecord(plan: LoadPlan, driver: 'k6' | 'node'): StageRecord {
  return {
    plan,
    driver,
    startAt: Number.NaN,
    publishedAt: Number.NaN,
    drainedAt: Number.NaN,
    publishes: [],
    seats: [],
    receipts: [],
    histograms: [],
    lags: [],
    system: [],
    clocks: [],
    offsets: [],
    intruders: { goodIn: 0, goodOut: 0, badIn: 0, badOut: 0, refusalMs: [] },
    counts: { frames: 0, bytes: 0, other: 0 },
    changed: [],
    requirements: [],
    endings: [],
    marks: [],
    broken: [],
    interrupted: false,
  };
}
