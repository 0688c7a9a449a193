import type { StageRecord } from '../evidence/stage-record.ts';
import type { LedgerRow, NullLedger } from '../null/options.ts';
import { jobsOf } from '../plan/load-plan.ts';
import type { StageResult } from '../verdict/load-result.ts';

/**
 * What the harness must have counted, by the server's own ledger: nothing here goes through the harness's accounts.
 * The two meet in three things alone: which publishes were acknowledged and when, who was ready, and which write of the
 * server's a probe has seen, told by the moment of that write, which the frame bears.
 * @module
 */

/** Name → number, of all that is counted exactly. */
export type Counts = Readonly<Record<string, number>>;

export function expectedCounts(record: StageRecord, ledger: NullLedger): Counts {
  const { faults } = ledger;
  const { behaviour } = record.plan.stage;
  return {
    ...(isPlain(record) ? { lost: owed(record) - firstTimes(record, ledger) } : {}),
    duplicated: faults.duplicate.count,
    reordered: reorderedOf(record, faults.reorder.rows),
    // Whoever leaves for good asks for a fence before: what is written after it, nobody waits for.
    ghosts: faults.ghost.count - ledger.unfencedGhosts,
    leaks: faults.wrongTenant.count,
    changed: seenByProbes(record, faults.change.rows),
    dropped: faults.evict.count,
    refused: faults.refuse.count + ledger.refusedBad,
    ...(behaviour.kind === 'intruders' ? { 'wrong accepts': faults.acceptBad.count } : {}),
  };
}

/** The same of the harness's result. */
export function countedOf(record: StageRecord, result: StageResult): Counts {
  const { deliveries, connections, intruders } = result;
  const turnedAway = Object.values(connections.refused).reduce((sum, count) => sum + count, 0);
  return {
    ...(isPlain(record) ? { lost: deliveries.lost } : {}),
    duplicated: deliveries.duplicated,
    reordered: deliveries.reordered,
    ghosts: deliveries.ghosts,
    leaks: deliveries.leaks,
    changed: deliveries.changed,
    dropped: connections.dropped,
    refused: turnedAway + (intruders ? intruders.badOut + intruders.goodOut : 0),
    ...(intruders ? { 'wrong accepts': intruders.badIn } : {}),
  };
}

/**
 * Whether the ledger can say what was lost: it has what was written to whomever, and who comes and goes, or what was
 * published without an acknowledgement, is owed nothing of it.
 */
function isPlain({ plan, publishes }: StageRecord): boolean {
  return (
    plan.stage.behaviour.kind === 'steady' && publishes.every(({ status }) => status >= 200 && status < 300)
  );
}

/** Ready subscribers times the acknowledged publishes of their channels; on beam what each of them has asked. */
function owed({ plan, seats, publishes }: StageRecord): number {
  if (plan.surface === 'beam') {
    return seats.reduce((sum, { asked }) => sum + lengthOf(asked), 0);
  }
  const byChannel = new Map<number, number>();
  for (const { channel, status } of publishes) {
    if (status >= 200 && status < 300) byChannel.set(channel, (byChannel.get(channel) ?? 0) + 1);
  }
  let sum = 0;
  for (const { ready, channel } of seats) if (!Number.isNaN(ready)) sum += byChannel.get(channel) ?? 0;
  return sum;
}

function lengthOf(ranges: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at + 1 < ranges.length; at += 2) sum += (ranges[at + 1] ?? 0) - (ranges[at] ?? 0) + 1;
  return sum;
}

/** Writes to whoever was to have them, each once. What only finds out who is ready is no delivery. */
function firstTimes(record: StageRecord, { deliveries, unnumbered, faults }: NullLedger): number {
  const greetings =
    record.plan.surface === 'beam'
      ? record.seats.filter(({ ready }) => !Number.isNaN(ready)).length
      : unnumbered;
  return deliveries - greetings - faults.duplicate.count - faults.wrongTenant.count - faults.ghost.count;
}

/**
 * A delivery that was held back is out of order where its publish was acknowledged before the next of its job was sent: else both
 * were under way at once, and nobody promised an order. On beam one connection asks and is answered, in order.
 */
function reorderedOf({ plan, publishes }: StageRecord, rows: readonly LedgerRow[]): number {
  if (plan.surface === 'beam') return rows.length;
  const known = new Map(publishes.map((one) => [`${one.channel} ${one.seq}`, one]));
  const jobs = jobsOf(plan.stage);
  return rows.filter(([channel, seq]) => {
    const own = known.get(`${channel} ${seq}`);
    const next = known.get(`${channel} ${seq + jobs}`);
    return own && next && own.acknowledged >= 0 && own.acknowledged <= next.sent;
  }).length;
}

/** Payloads are read by probes alone; a probe's receipt bears the moment of the write, in whole microseconds. */
function seenByProbes({ receipts, seats }: StageRecord, rows: readonly LedgerRow[]): number {
  const probes = new Set(seats.filter(({ role }) => role === 'probes').map(({ seat }) => seat));
  const seen = new Set(
    receipts.filter(({ seat }) => probes.has(seat)).map(({ own }) => Math.round(own * 1000)),
  );
  return rows.filter(([, , , actual]) => seen.has(Math.floor(actual * 1000))).length;
}
