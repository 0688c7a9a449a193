import type { StageRecord } from '../evidence/stage-record.ts';
import { quantileOf } from '../evidence/statistics.ts';
import type { StageShape } from '../plan/load-plan.ts';
import { dueAfter } from '../plan/schedule.ts';
import { quantilesOf } from './latencies.ts';
import type { StageResult } from './load-result.ts';

/** How near a median has to be to what it was before: a tenth, or what a machine does by itself. */
const backShare = 0.1;
const backMs = 2;
const windowMs = 1000;

/** A publish by when it was due, and its last receiver. Milliseconds. */
interface Publish {
  readonly intended: number;
  readonly last: number;
}

/** Before, in and after the burst of a stage, and how long it took until all was as before; absent: it has none. */
export function burstOf(
  { startAt, plan: { stage } }: Pick<StageRecord, 'startAt' | 'plan'>,
  publishes: readonly Publish[],
): Pick<StageResult, 'burst'> {
  const bounds = boundsOf(stage);
  if (!bounds || Number.isNaN(startAt)) return {};
  const [warm, from, to] = bounds.map((ms) => ms + startAt) as [number, number, number];
  const between = (low: number, high: number): readonly Publish[] =>
    publishes.filter(({ intended }) => intended >= low - 1e-6 && intended < high - 1e-6);
  const [before, during, after] = [
    between(warm, from),
    between(from, to),
    between(to, Number.POSITIVE_INFINITY),
  ];
  return {
    burst: {
      before: quantilesOf(before.map(delayOf)),
      during: quantilesOf(during.map(delayOf)),
      after: quantilesOf(after.map(delayOf)),
      backMs: backAfter(before, after, to),
    },
  };
}

/** When warm-up, what is before the burst, and the burst end: milliseconds after the first publish. */
function boundsOf(stage: StageShape): readonly [number, number, number] | undefined {
  const [before, burst, after] = stage.pace;
  if (!before || !burst || !after || burst.rate <= before.rate) return undefined;
  const from = stage.warmup + before.publishes;
  return [dueAfter(stage, stage.warmup), dueAfter(stage, from), dueAfter(stage, from + burst.publishes)];
}

/** From the end of the burst to the second from which on each median is what it was before; null: there is no such second. */
function backAfter(before: readonly Publish[], after: readonly Publish[], end: number): number | null {
  if (before.length === 0 || after.length === 0) return null;
  const was = quantileOf(before.map(delayOf), 0.5);
  const limit = Math.max(was * (1 + backShare), was + backMs);
  const seconds = new Map<number, number[]>();
  for (const one of after) {
    const second = Math.max(0, Math.floor((one.intended - end + 1e-6) / windowMs));
    seconds.set(second, [...(seconds.get(second) ?? []), delayOf(one)]);
  }
  let back: number | null = null;
  for (const second of [...seconds.keys()].sort((a, b) => a - b)) {
    const isBack = quantileOf(seconds.get(second) ?? [], 0.5) <= limit;
    back = isBack ? (back ?? second * windowMs) : null;
  }
  return back;
}

function delayOf({ intended, last }: Publish): number {
  return last - intended;
}
