import { heldAgainst, readGate } from '../verdict/gates.ts';
import { attempt, shapeOf, type Tried } from './attempt.ts';
import { type Bench, holds, type Proof, type Row } from './proof.ts';

const subscribers = 500;
/** Deliveries per second of the first trial, and how near to each other what is valid and what is not shall come. */
const firstRate = 5000;
const near = 1.15;
const mostRate = 2_000_000;
const seconds = 8;
/** What a server that does nothing wrong fails only where the machine cannot carry it and the generator at once. */
const whole = ['lost == 0', 'achieved >= 99%', 'steady == 1'].map((text) => readGate(text, 'profile'));
/** How often the highest valid rate is valid again. */
const confirmations = 3;
/** The cheaper generator makes at least so many times the deliveries of the other. */
const leastRatio = 2;

/**
 * The highest rate of deliveries at which a run is still valid, for each driver beside the null server on the same machine; and
 * that beyond it a run is invalid, and not a bad number. Minutes, so it is performed by its name alone.
 */
export const limitProof: Proof = {
  id: 'limits',
  says: 'how many deliveries per second each driver judges on this machine; what is beyond is invalid',
  perform: async (bench) => {
    const rows: Row[] = [];
    const limits = new Map<string, number>();
    for (const driver of bench.drivers) {
      const { limit, row } = await limitOf(bench, driver);
      limits.set(driver.name, limit);
      rows.push(row, await beyondRow(bench, driver, limit));
    }
    const [node, k6] = [limits.get('node'), limits.get('k6')];
    if (node !== undefined && k6 !== undefined) {
      const ratio = node / k6;
      rows.push(
        holds(
          { proof: 'limits', surface: 'pusher', driver: '' },
          'the highest valid rate of node over that of k6',
          `at least ${leastRatio}`,
          ratio.toFixed(2),
          ratio >= leastRatio,
        ),
      );
    }
    return rows;
  },
};

type Driver = Bench['drivers'][number];

/** Doubles until a run is invalid, and halves the gap; what is valid by luck is not when it is tried again. */
async function limitOf(bench: Bench, driver: Driver): Promise<{ readonly limit: number; readonly row: Row }> {
  const trials: string[] = [];
  const isValid = async (deliveries: number): Promise<boolean> => {
    const { why } = await tried(bench, driver, deliveries);
    trials.push(`${Math.round(deliveries)} ${why === '' ? 'valid' : why}`);
    return why === '';
  };
  let [low, high] = [0, Number.POSITIVE_INFINITY];
  for (let rate = firstRate; rate <= mostRate; rate *= 2) {
    // One hiccup of the machine is no limit.
    if ((await isValid(rate)) || (await isValid(rate))) low = rate;
    else {
      high = rate;
      break;
    }
  }
  while (low > 0 && high / low > near) {
    const middle = Math.sqrt(low * high);
    if ((await isValid(middle)) || (await isValid(middle))) low = middle;
    else high = middle;
  }
  let held = 0;
  for (let n = 0; n < confirmations && low > 0; n++) if (await isValid(low)) held += 1;
  const where = { proof: 'limits', surface: 'pusher', driver: driver.name } as const;
  return {
    limit: low,
    row: holds(
      where,
      `deliveries per second at ${subscribers} subscribers, valid ${held} of ${confirmations} times again`,
      'some',
      `${Math.round(low)} (${trials.join(', ')})`,
      low > 0 && held * 2 > confirmations,
    ),
  };
}

/** Far beyond, the server is blamed for nothing. */
async function beyondRow(bench: Bench, driver: Driver, limit: number): Promise<Row> {
  const deliveries = limit * 3;
  const { tried: found, why } = await tried(bench, driver, deliveries);
  return holds(
    { proof: 'limits', surface: 'pusher', driver: driver.name },
    `the verdict at ${Math.round(deliveries)} deliveries per second`,
    'invalid, exit 5',
    `${found.verdict.verdict}, exit ${found.verdict.exit}: ${why}`,
    found.verdict.verdict === 'invalid',
  );
}

async function tried(
  bench: Bench,
  driver: Driver,
  deliveries: number,
): Promise<{ readonly tried: Tried; readonly why: string }> {
  bench.say(`${Math.round(deliveries)} deliveries per second · ${driver.name}`);
  const rate = deliveries / subscribers;
  const found = await attempt(bench, {
    driver,
    surface: 'pusher',
    stage: shapeOf({
      subscribers,
      connectRate: 1000,
      pace: [{ rate, publishes: Math.ceil(rate * seconds) }],
      warmup: Math.ceil(rate),
    }),
  });
  const broken = found.trust.find(({ ok }) => !ok);
  const failed = whole.find((gate) => heldAgainst(gate, found.result, undefined).outcome === 'failed');
  return { tried: found, why: broken?.title ?? (failed ? `${failed.text} does not hold` : '') };
}
