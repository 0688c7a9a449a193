import { jobsOf } from '../plan/load-plan.ts';
import { clockSlackMs } from './clock-slack.ts';
import type { PublishRecord, SeatRecord, StageRecord } from './stage-record.ts';

/**
 * How long before its leave a publish must have been sent and acknowledged to be owed to a subscriber that leaves: what
 * was on its way may be on either side of the leave. Milliseconds.
 */
const deliveryDeadlineMs = 1000;

/** What became of all deliveries of a stage. */
export interface Accounts {
  readonly owed: number;
  /** Of what is owed. */
  readonly received: number;
  readonly lost: number;
  /** Deliveries beyond the first, of whatever publish. */
  readonly duplicated: number;
  /** Came after a later one, though it had been acknowledged before that was sent. */
  readonly reordered: number;
  /** Came after a later one where nobody promised an order: both were under way at once, or they are of two jobs. */
  readonly raced: number;
  readonly ghosts: number;
  readonly leaks: number;
  readonly changed: number;
  /** Received and neither owed nor forbidden. */
  readonly indeterminate: number;
}

/** The publishes of one channel, by their number. */
interface Sent {
  readonly sent: Float64Array;
  readonly acknowledged: Float64Array;
  /** When a publish and all before it had been sent, and acknowledged if they ever were. */
  readonly settled: Float64Array;
  /** Numbers with a 2xx, counted up to each number exclusively. */
  readonly known: Uint32Array;
  readonly publishes: number;
}

/**
 * Accounts for every delivery by channel and number. A publish is owed to a subscriber if it was seen to be ready before
 * the publish was sent, and if its leave was sent later than the publish's delivery deadline, which does not begin before
 * its acknowledgement: a server that takes seconds for a publish has not lost it to whoever leaves meanwhile. A publish without a 2xx
 * is owed to nobody, since nobody knows whether it happened. Where a subscriber's clock is another, its moments are
 * taken to be as far off as they may be, in the server's favour.
 */
export function accountOf(record: StageRecord): Accounts {
  const accounts = {
    owed: 0,
    received: 0,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    raced: 0,
    ghosts: 0,
    leaks: 0,
    changed: record.changed.length,
    indeterminate: 0,
  };
  const isOwn = record.plan.surface === 'beam';
  const jobs = jobsOf(record.plan.stage);
  const channels = isOwn ? undefined : sentByChannel(record.publishes);
  for (const seat of record.seats) {
    accounts.duplicated += seat.again.length;
    accounts.ghosts += seat.ghosts.length / 2;
    accounts.leaks += seat.foreign.length / 2;
    accounts.changed += seat.changed.length;
    const channel = channels?.get(seat.channel);
    const [owed, known] = isOwn ? [seat.asked, undefined] : [owedTo(seat, channel, record), channel?.known];
    const owes = countOf(owed, known);
    const has = overlap(owed, seat.received, known);
    accounts.owed += owes;
    accounts.received += has;
    accounts.lost += owes - has;
    accounts.indeterminate += countOf(seat.received, undefined) - has;
    accounts.raced += seat.crossed.length;
    for (const seq of seat.late) {
      if (isOwn || isInOrder(channel, seq, jobs)) accounts.reordered += 1;
      else accounts.raced += 1;
    }
  }
  return accounts;
}

/** Ranges (from, to in turn) of publishes that a subscriber is owed. */
function owedTo(seat: SeatRecord, channel: Sent | undefined, record: StageRecord): readonly number[] {
  if (!channel || Number.isNaN(seat.ready)) return [];
  const slack = clockSlackMs(record, seat.role);
  const from = firstAfter(channel.sent, seat.ready + slack);
  // One that the server cut off goes on being owed; one that we closed is not, unless all was over by then.
  const left = Number.isNaN(seat.leaving)
    ? seat.closedBy === 'us'
      ? seat.closing
      : Number.NaN
    : seat.leaving;
  const leave = left >= record.drainedAt - slack ? Number.NaN : left;
  const to = Number.isNaN(leave)
    ? channel.publishes - 1
    : firstAfter(channel.settled, leave - slack - deliveryDeadlineMs) - 1;
  return to < from ? [] : [from, to];
}

function sentByChannel(publishes: readonly PublishRecord[]): Map<number, Sent> {
  const byChannel = new Map<number, PublishRecord[]>();
  for (const one of publishes) {
    const list = byChannel.get(one.channel);
    if (list) list.push(one);
    else byChannel.set(one.channel, [one]);
  }
  return new Map([...byChannel].map(([channel, list]) => [channel, sentOf(list)]));
}

function sentOf(list: readonly PublishRecord[]): Sent {
  const publishes = list.reduce((most, { seq }) => Math.max(most, seq + 1), 0);
  const sent = new Float64Array(publishes).fill(Number.NaN);
  const acknowledged = new Float64Array(publishes).fill(Number.NaN);
  const isKnown = new Uint8Array(publishes);
  for (const one of list) {
    sent[one.seq] = one.sent;
    if (one.acknowledged >= 0) acknowledged[one.seq] = one.acknowledged;
    if (one.status >= 200 && one.status < 300) isKnown[one.seq] = 1;
  }
  const known = new Uint32Array(publishes + 1);
  const settled = new Float64Array(publishes);
  let before = Number.NEGATIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let seq = 0; seq < publishes; seq++) {
    known[seq + 1] = (known[seq] ?? 0) + (isKnown[seq] ?? 0);
    // One of which nothing was told yet counts for sent when the one before it was.
    if (Number.isNaN(sent[seq])) sent[seq] = before;
    before = sent[seq] ?? before;
    last = Math.max(last, before, acknowledged[seq] || before);
    settled[seq] = last;
  }
  return { sent, acknowledged, settled, known, publishes };
}

/** The first number whose moment is after another; the moments never go back. */
function firstAfter(sent: Float64Array, moment: number): number {
  let low = 0;
  let high = sent.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sent[middle] ?? 0) > moment) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A publish that was acknowledged before the next one of its job was sent has its place before it. */
function isInOrder(channel: Sent | undefined, seq: number, jobs: number): boolean {
  if (!channel) return false;
  return (channel.acknowledged[seq] ?? Number.NaN) <= (channel.sent[seq + jobs] ?? Number.NaN);
}

/** How many numbers some ranges have, of those that are known to be published. */
function countOf(ranges: readonly number[], known: Uint32Array | undefined): number {
  let count = 0;
  for (let at = 0; at + 1 < ranges.length; at += 2) {
    count += between(ranges[at] ?? 0, ranges[at + 1] ?? -1, known);
  }
  return count;
}

/** How many numbers two lists of ranges share, each list without overlaps in itself. */
function overlap(
  owed: readonly number[],
  received: readonly number[],
  known: Uint32Array | undefined,
): number {
  let count = 0;
  for (let at = 0; at + 1 < owed.length; at += 2) {
    const [from = 0, to = -1] = [owed[at], owed[at + 1]];
    for (let other = 0; other + 1 < received.length; other += 2) {
      const low = Math.max(from, received[other] ?? 0);
      const high = Math.min(to, received[other + 1] ?? -1);
      if (low <= high) count += between(low, high, known);
    }
  }
  return count;
}

function between(from: number, to: number, known: Uint32Array | undefined): number {
  if (to < from) return 0;
  if (!known) return to - from + 1;
  const last = known.length - 1;
  return (known[Math.min(to + 1, last)] ?? 0) - (known[Math.min(from, last)] ?? 0);
}
