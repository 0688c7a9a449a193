import type { StageRecord } from '../evidence/stage-record.ts';
import { dueOfSeat } from '../plan/schedule.ts';
import { Histogram } from '../wire/histogram.ts';
import type { Quantiles } from './load-result.ts';

/** One delivery to a measuring subscriber, after the warm-up. Milliseconds. */
export interface Measured {
  readonly role: 'probes' | 'sentinel' | 'bulk';
  readonly position: 'first' | 'middle' | 'last' | 'bulk';
  readonly intended: number;
  readonly sent: number;
  readonly at: number;
  /** The null server's own write; NaN elsewhere. */
  readonly own: number;
  /** Which publish. */
  readonly publish: number;
}

/** Deliveries to probes and sentinels of publishes after the warm-up, each publish once for each subscriber. */
export function measuredOf(record: StageRecord): readonly Measured[] {
  const publishes = new Map<number, { intended: number; sent: number; index: number }>();
  const from = record.startAt + warmupLasts(record);
  for (const [index, one] of record.publishes.entries()) {
    if (one.intended + 1e-6 < from) continue;
    publishes.set(keyOf(one.channel, one.seq), { intended: one.intended, sent: one.sent, index });
  }
  const seats = new Map(record.seats.map((seat) => [seat.seat, seat]));
  const measured: Measured[] = [];
  const seen = new Set<string>();
  for (const { seat, channel, seq, at, own } of record.receipts) {
    const who = seats.get(seat);
    const publish = publishes.get(keyOf(channel, seq)) ?? askedBySentinel(record, channel, seq, from);
    if (!publish || !who) continue;
    // What came a second time, or where it does not belong, is counted elsewhere.
    const key = `${seat} ${channel} ${seq}`;
    if (seen.has(key) || (record.plan.surface !== 'beam' && channel !== who.channel)) continue;
    seen.add(key);
    const { intended, sent, index } = publish;
    measured.push({ role: who.role, position: who.position, intended, sent, at, own, publish: index });
  }
  return measured;
}

/** On beam the sentinel asks for itself, and tells only that: it is as punctual as it is. */
function askedBySentinel(
  { plan, startAt }: StageRecord,
  seat: number,
  seq: number,
  from: number,
): { readonly intended: number; readonly sent: number; readonly index: number } | undefined {
  if (plan.surface !== 'beam') return undefined;
  const intended = startAt + dueOfSeat(plan.stage, seat, seq);
  return intended < from ? undefined : { intended, sent: intended, index: -1 };
}

/** Milliseconds from the first publish to the first that counts. */
export function warmupLasts({ plan: { stage } }: StageRecord): number {
  const [first] = stage.pace;
  return first ? (stage.warmup * 1000) / first.rate : 0;
}

/** Per publish, the receipts of its first and last probe. */
export function extremesOf(measured: readonly Measured[]): readonly {
  readonly intended: number;
  readonly sent: number;
  readonly first: number;
  readonly last: number;
}[] {
  const byPublish = new Map<number, { intended: number; sent: number; first: number; last: number }>();
  for (const { role, publish, intended, sent, at } of measured) {
    if (role !== 'probes') continue;
    const known = byPublish.get(publish);
    if (!known) byPublish.set(publish, { intended, sent, first: at, last: at });
    else {
      known.first = Math.min(known.first, at);
      known.last = Math.max(known.last, at);
    }
  }
  return [...byPublish.values()].sort((a, b) => a.sent - b.sent);
}

/**
 * What a publisher with one publish in flight would have recorded: it sends the next when the one before has arrived, and
 * so leaves out whatever fell due meanwhile. Derived from the same run, to be shown beside it.
 */
export function blindOf(extremes: ReturnType<typeof extremesOf>): readonly number[] {
  const recorded: number[] = [];
  let free = Number.NEGATIVE_INFINITY;
  for (const { sent, last } of extremes) {
    if (sent < free) continue;
    recorded.push(last - sent);
    free = last;
  }
  return recorded;
}

/** Milliseconds → quantiles. Null of nothing. */
export function quantilesOf(values: Iterable<number>): Quantiles | null {
  const histogram = new Histogram();
  for (const value of values) if (!Number.isNaN(value)) histogram.add(value);
  return ofHistogram(histogram);
}

export function ofHistogram(histogram: Histogram): Quantiles | null {
  if (histogram.total === 0) return null;
  return {
    count: histogram.total,
    p50: histogram.quantile(0.5),
    p90: histogram.quantile(0.9),
    p99: histogram.quantile(0.99),
    p999: histogram.quantile(0.999),
    max: Math.max(0, histogram.max / 1000),
    pairs: histogram.pairs(),
    overflow: histogram.overflow,
  };
}

function keyOf(channel: number, seq: number): number {
  return channel * 0x1_0000_0000 + seq;
}
