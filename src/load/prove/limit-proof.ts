import { startNullTarget } from '../perform/null-target.ts';
import type { StageShape } from '../plan/load-plan.ts';
import { runLoad } from '../run/run-load.ts';
import { heldAgainst, readGate } from '../verdict/gates.ts';
import { attempt, shapeOf } from './attempt.ts';
import { plainRun } from './plain-run.ts';
import { type Bench, holds, type Proof, type Row } from './proof.ts';

const subscribers = 500;
/** Deliveries per second of the first trial, and how near to each other what is valid and what is not shall come. */
const firstRate = 5000;
const near = 1.15;
const mostRate = 2_000_000;
const seconds = 10;
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
    const why = await whyNot(bench, driver, deliveries);
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

/** As anybody would run it, ceiling first: far beyond, the server is blamed for nothing. */
async function beyondRow(bench: Bench, driver: Driver, limit: number): Promise<Row> {
  const deliveries = limit * 3;
  bench.say(`${Math.round(deliveries)} deliveries per second, after the ceiling · ${driver.name}`);
  const silent = (): void => {};
  const server = await startNullTarget(bench.contract);
  try {
    const { verdict, exit, reason } = await runLoad({
      ...plainRun({ ...bench, gates: whole }, driver, server.target('pusher'), bench.folder),
      ...{ stages: [shapeFor(deliveries)], calibrate: true, serverPid: server.pid },
      listener: { phase: silent, stageStarted: silent, progress: silent, stageEnded: silent },
    });
    return holds(
      { proof: 'limits', surface: 'pusher', driver: driver.name },
      `the verdict at ${Math.round(deliveries)} deliveries per second`,
      'invalid, exit 5',
      `${verdict}, exit ${exit}: ${reason}`,
      verdict === 'invalid',
    );
  } finally {
    await server.close();
  }
}

function shapeFor(deliveries: number): StageShape {
  const rate = deliveries / subscribers;
  return shapeOf({
    subscribers,
    connectRate: 1000,
    pace: [{ rate, publishes: Math.ceil(rate * seconds) }],
    warmup: Math.ceil(rate),
  });
}

/** Why a rate is not valid; empty: it is. */
async function whyNot(bench: Bench, driver: Driver, deliveries: number): Promise<string> {
  bench.say(`${Math.round(deliveries)} deliveries per second · ${driver.name}`);
  const stage = shapeFor(deliveries);
  const { trust, result } = await attempt(bench, { driver, surface: 'pusher', stage });
  const broken = trust.find(({ ok }) => !ok);
  const failed = whole.find((gate) => heldAgainst(gate, result, undefined).outcome === 'failed');
  return broken?.title ?? (failed ? `${failed.text} does not hold` : '');
}
