import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Target } from '../../target/target.ts';
import { pressureDuring } from '../evidence/pressure.ts';
import type { StageShape } from '../plan/load-plan.ts';
import type { Ceiling } from '../verdict/load-result.ts';
import { stageResultOf } from '../verdict/stage-result.ts';
import { trustOf } from '../verdict/trust.ts';
import { type Means, measure } from './measure.ts';

/** Seconds that each rate is held; long enough for a queue to be seen to grow. */
const trialSeconds = 4;
/** Deliveries per second of the first trial, by how much the next has more, or less, and where it ends. */
const firstRate = 5000;
const step = 2;
const stepDown = 4;
const leastRate = 50;
/** How long a ceiling is good for. */
const validMs = 7 * 24 * 60 * 60 * 1000;

/**
 * The highest rate of deliveries, tried in doubling steps against the null server, at which the generator still tells
 * the truth; no further than `wanted`. Kept in a file by everything that it depends on, for a week.
 */
export async function ceilingOf(
  means: Means,
  target: Target,
  shape: StageShape,
  known: { readonly folder: string; readonly fingerprint: string },
  numberFrom: number,
  wanted: number,
): Promise<Ceiling> {
  const subscribers = Math.min(500, Math.max(100, shape.subscribers));
  const file = join(
    known.folder,
    `ceiling-${known.fingerprint}-${means.driver.name}-${target.surface}${shape.space ? '-space' : ''}-${subscribers}.json`,
  );
  const cached = await readCached(file);
  if (cached && cached.deliveriesPerSecond >= wanted) return cached;
  // What was found before still holds; whether a little more does may have been a matter of that moment.
  const trials: Ceiling['trials'][number][] = [];
  let best = cached?.deliveriesPerSecond ?? 0;
  let rate = best > 0 ? best * step : firstRate;
  let goesDown = false;
  for (let number = numberFrom; !means.signal.aborted; number += 2) {
    const trial = await triedTwice(means, target, shape, subscribers, rate, number);
    trials.push(...trial);
    if (trial.at(-1)?.valid) {
      best = rate;
      // More than is wanted says nothing for this run; and what broke before breaks again.
      if (rate >= wanted || goesDown) break;
      rate *= step;
    } else {
      if (best > 0 || rate / stepDown < leastRate) break;
      goesDown = true;
      rate /= stepDown;
    }
  }
  const ceiling: Ceiling = {
    deliveriesPerSecond: best,
    atLeast: trials.at(-1)?.valid ?? false,
    trials,
    measuredAt: new Date().toISOString(),
    cached: false,
  };
  // One that was broken off, or that a busy machine brought down, says nothing for the next run.
  if (!means.signal.aborted && best >= firstRate) await writeCached(file, ceiling);
  return ceiling;
}

/** A few seconds are few publishes, of which one hiccup of the machine spoils a p99: what breaks is tried once more. */
async function triedTwice(...how: Parameters<typeof tryRate>): Promise<Ceiling['trials'][number][]> {
  const [means, target, shape, subscribers, deliveries, number] = how;
  const first = await tryRate(means, target, shape, subscribers, deliveries, number);
  if (first.valid || means.signal.aborted) return [first];
  return [first, await tryRate(means, target, shape, subscribers, deliveries, number + 1)];
}

async function tryRate(
  means: Means,
  target: Target,
  shape: StageShape,
  subscribers: number,
  deliveries: number,
  number: number,
): Promise<Ceiling['trials'][number]> {
  const rate = deliveries / subscribers;
  const stage: StageShape = {
    ...shape,
    name: `ceiling ${deliveries}`,
    subscribers,
    channels: 1,
    spread: 'even',
    connectRate: 2000,
    pace: [{ rate, publishes: Math.ceil(rate * trialSeconds) }],
    warmup: Math.ceil(rate * 0.5),
    holdMs: 0,
    padding: shape.padding,
    behaviour: { kind: 'steady' },
  };
  const { record, monitors } = await measure(means, { target, stage, number, stamped: true });
  const result = stageResultOf(record, { floor: { before: null, after: null }, monitors });
  const broken = trustOf(record, result, null).find(({ ok }) => !ok);
  const { lost } = result.deliveries;
  const reason = broken ? broken.title : lost > 0 ? `${lost} deliveries were lost` : '';
  const pressure = pressureDuring(record);
  return {
    deliveriesPerSecond: deliveries,
    valid: reason === '',
    reason,
    ...(pressure === undefined ? {} : { pressure }),
  };
}

async function readCached(file: string): Promise<Ceiling | undefined> {
  try {
    const ceiling = JSON.parse(await readFile(file, 'utf8')) as Ceiling;
    const age = Date.now() - Date.parse(ceiling.measuredAt);
    return age >= 0 && age < validMs ? { ...ceiling, cached: true } : undefined;
  } catch {
    return undefined;
  }
}

async function writeCached(file: string, ceiling: Ceiling): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.${process.pid}`, `${JSON.stringify(ceiling, null, 2)}\n`);
  await rename(`${file}.${process.pid}`, file);
}
