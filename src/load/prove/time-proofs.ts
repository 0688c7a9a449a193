import { quantileOf } from '../evidence/statistics.ts';
import type { LedgerRow } from '../null/options.ts';
import type { Quantiles } from '../verdict/load-result.ts';
import { Histogram } from '../wire/histogram.ts';
import { attempt, shapeOf, type Tried } from './attempt.ts';
import { type Bench, holds, lookAgain, type Proof, type Row, same } from './proof.ts';
import { othersShare, timed } from './quiet.ts';

const repeats = 5;

/** How much of what is delayed is seen, and what a publisher that waits would not have seen. */
export const timeProof: Proof = {
  id: 'times',
  says: 'what was delayed is as late as it was made, and a stall is seen by whoever does not wait for it to end',
  perform: async (bench) => {
    const rows: Row[] = [];
    const [driver] = bench.drivers;
    if (!driver) return rows;
    bench.say('delay');
    rows.push(await delayRow(bench, driver));
    bench.say('stall');
    rows.push(...(await lookAgain(bench, 'stall', () => stallRows(bench, driver))));
    for (const one of bench.drivers) {
      const what = `never answers Close · ${one.name}`;
      bench.say(what);
      rows.push(...(await lookAgain(bench, what, () => deafRows(bench, one))));
    }
    return rows;
  },
};

type Driver = Bench['drivers'][number];

/**
 * The reported quantile in the middle of the delayed messages, which are the slowest ones, against the median of the
 * server's own delays: in three of five repeats within 5 %, or 1 ms.
 */
async function delayRow(bench: Bench, driver: Driver): Promise<Row> {
  const where = { proof: 'delay', surface: 'pusher', driver: driver.name } as const;
  const busy = [await othersShare()];
  const pairs: { readonly wanted: number; readonly got: number }[] = [];
  for (let seed = 1; seed <= repeats; seed++) {
    const tried = await attempt(bench, {
      driver,
      surface: 'pusher',
      stage: shapeOf({ warmup: 0 }),
      faults: { delay: { share: 0.2, ms: 100 } },
      seed,
    });
    pairs.push(delaysOf(tried));
  }
  busy.push(await othersShare());
  const right = pairs.filter(({ wanted, got }) => Math.abs(got - wanted) <= Math.max(1, 0.05 * wanted));
  const figures = pairs.map(({ wanted, got }) => `${got.toFixed(1)} for ${wanted.toFixed(1)}`).join(', ');
  return timed(
    where,
    'medians of what was delayed, ms, against the ledger',
    'within 5 % or 1 ms in 3 of 5',
    `${right.length} of ${repeats}: ${figures}`,
    right.length >= 3,
    busy,
  );
}

function delaysOf({ record, result, ledger }: Tried): { readonly wanted: number; readonly got: number } {
  const rows = atProbes(record.receipts, record.seats, ledger?.faults.delay.rows ?? []);
  const wanted = quantileOf(
    rows.map(([, , due, actual]) => actual - due),
    0.5,
  );
  const { service } = result.latency;
  if (!service || rows.length === 0) return { wanted, got: Number.NaN };
  return { wanted, got: at(service, 1 - rows.length / service.count / 2) };
}

/** Rows of the ledger whose write a probe has seen: the frame bears its moment, in whole microseconds. */
function atProbes(
  receipts: Tried['record']['receipts'],
  seats: Tried['record']['seats'],
  rows: readonly LedgerRow[],
): readonly LedgerRow[] {
  const probes = new Set(seats.filter(({ role }) => role === 'probes').map(({ seat }) => seat));
  const seen = new Set(
    receipts.filter(({ seat }) => probes.has(seat)).map(({ own }) => Math.round(own * 1000)),
  );
  return rows.filter(([, , , actual]) => seen.has(Math.floor(actual * 1000)));
}

function at({ pairs, overflow }: Quantiles, share: number): number {
  const histogram = new Histogram();
  histogram.addPairs(pairs, overflow);
  return histogram.quantile(share);
}

/** Two seconds of every ten: one in five publishes waits, and half of a hundredth longer than 1.8 s. */
async function stallRows(bench: Bench, driver: Driver): Promise<readonly Row[]> {
  const where = { proof: 'stall', surface: 'pusher', driver: driver.name } as const;
  const busy = [await othersShare()];
  const { result, ledger } = await attempt(bench, {
    driver,
    surface: 'pusher',
    stage: shapeOf({ pace: [{ rate: 100, publishes: 2000 }], warmup: 0 }),
    faults: { stall: { forMs: 2000, everyMs: 10_000 } },
  });
  busy.push(await othersShare());
  const p99 = result.latency.delivery?.p99 ?? Number.NaN;
  const blind = result.blind?.p99 ?? Number.NaN;
  return [
    holds(
      where,
      'deliveries that had to wait',
      'some',
      String(ledger?.faults.stall.count),
      (ledger?.faults.stall.count ?? 0) > 0,
    ),
    holds(where, 'delivery.p99, ms', 'at least 1800', p99.toFixed(1), p99 >= 1800),
    timed(where, 'p99 of a publisher that waits, ms', 'under 10', blind.toFixed(1), blind < 10, busy),
  ];
}

/** The run ends all the same: whose close was not answered is known, and which process had to be ended is named. */
async function deafRows(bench: Bench, driver: Driver): Promise<readonly Row[]> {
  const where = { proof: 'never answers Close', surface: 'pusher', driver: driver.name } as const;
  const { record, ledger } = await attempt(bench, {
    driver,
    surface: 'pusher',
    stage: shapeOf({ pace: [{ rate: 50, publishes: 50 }], warmup: 0 }),
    faults: { deafToClose: true },
  });
  const unanswered = record.seats.filter(
    ({ closedBy, closed, code }) => closedBy === 'us' && (Number.isNaN(closed) || code === 1006),
  );
  const ended = record.endings.filter(({ trouble }) => trouble !== undefined);
  const endings = record.endings.map(({ name }) => name).sort();
  return [
    same(where, 'closes without an answer', ledger?.faults.deafToClose.count, unanswered.length),
    same(
      where,
      'processes that ended',
      ['probes', 'publisher', 'sentinel', driver.name].sort().join(', '),
      endings.join(', '),
    ),
    same(where, 'processes that broke', '', record.broken.join('; ')),
    // k6 waits for its sockets as long as it is let.
    holds(
      where,
      'processes that had to be ended',
      driver.name === 'k6' ? 'none, or k6' : 'none',
      ended.map(({ name, trouble }) => `${name} ${trouble}`).join('; ') || 'none',
      ended.every(({ name }) => name === 'k6'),
    ),
  ];
}
