import { quantileOf } from '../evidence/statistics.ts';
import { attempt, shapeOf, type Tried } from './attempt.ts';
import { type Bench, lookAgain, type Proof, type Row, same } from './proof.ts';
import { othersShare, timed } from './quiet.ts';

const repeats = 5;

/** Two generators that share no runtime come to the same; and probes are as good as a bare socket reader. */
export const driverProof: Proof = {
  id: 'drivers',
  says: 'both drivers count and measure the same, and probes see what a bare socket reader sees',
  perform: async (bench) => [...(await agreementRows(bench)), await probeRow(bench)],
};

async function agreementRows(bench: Bench): Promise<readonly Row[]> {
  const [one, other] = bench.drivers;
  if (!one || !other) return [];
  const stage = shapeOf({ subscribers: 60, pace: [{ rate: 20, publishes: 80 }], warmup: 10 });
  const where = { proof: 'drivers agree', surface: 'pusher', driver: '' } as const;
  const rows: Row[] = [];
  const medians: Record<string, number[]> = { [one.name]: [], [other.name]: [] };
  const busy = [await othersShare()];
  for (let seed = 1; seed <= repeats; seed++) {
    const what = `drivers agree, ${seed} of ${repeats}`;
    bench.say(what);
    const tried = await lookAgain(bench, what, async () => {
      const [a, b] = [
        await attempt(bench, { driver: one, surface: 'pusher', stage, seed }),
        await attempt(bench, { driver: other, surface: 'pusher', stage, seed }),
      ];
      medians[one.name]?.push(a.result.latency.delivery?.p50 ?? Number.NaN);
      medians[other.name]?.push(b.result.latency.delivery?.p50 ?? Number.NaN);
      return [same(where, `counts, repeat ${seed}`, countsOf(a), countsOf(b))];
    });
    rows.push(...tried);
  }
  busy.push(await othersShare());
  const [left, right] = [
    quantileOf(medians[one.name] ?? [], 0.5),
    quantileOf(medians[other.name] ?? [], 0.5),
  ];
  const allowed = Math.max(1, 0.2 * Math.min(left, right));
  rows.push(
    timed(
      where,
      'median of the probes, ms, median of 5',
      'within 20 % or 1 ms',
      `${one.name} ${left.toFixed(2)}, ${other.name} ${right.toFixed(2)}`,
      Math.abs(left - right) <= allowed,
      busy,
    ),
  );
  return rows;
}

function countsOf({ result }: Tried): string {
  const { connections, publishes, deliveries } = result;
  const { owed, received, lost, duplicated, ghosts, leaks, changed } = deliveries;
  return JSON.stringify({
    ready: connections.ready,
    acknowledged: publishes.acknowledged,
    ...{ owed, received, lost, duplicated, ghosts, leaks, changed },
  });
}

async function probeRow(bench: Bench): Promise<Row> {
  const driver = bench.drivers.find(({ name }) => name === 'node') ?? bench.drivers[0];
  if (!driver) throw new Error('there is no driver');
  const stage = shapeOf({
    subscribers: 1000,
    connectRate: 1000,
    pace: [{ rate: 10, publishes: 50 }],
    warmup: 5,
  });
  const ratios: number[] = [];
  const busy = [await othersShare()];
  for (let seed = 1; seed <= repeats; seed++) {
    bench.say(`probes and sentinel, ${seed} of ${repeats}`);
    const { result } = await attempt(bench, { driver, surface: 'pusher', stage, seed });
    ratios.push((result.latency.delivery?.p99 ?? Number.NaN) / (result.sentinel?.p99 ?? Number.NaN));
  }
  busy.push(await othersShare());
  const ratio = quantileOf(ratios, 0.5);
  return timed(
    { proof: 'probes and sentinel', surface: 'pusher', driver: driver.name },
    'p99 of probes over that of the sentinel, 1000 × 10/s, median of 5',
    'at most 1.2',
    ratio.toFixed(2),
    ratio <= 1.2,
    busy,
  );
}
