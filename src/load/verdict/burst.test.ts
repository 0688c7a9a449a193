import { describe, expect, it } from 'vitest';
import type { LoadPlan, StageShape } from '../plan/load-plan.ts';
import { dueAfter } from '../plan/schedule.ts';
import { shapeOf } from '../profile/profile.ts';
import { burstOf } from './burst.ts';

const spike = shapeOf({ rate: 20, publishes: 200, warmup: 20, burst: { times: 10, publishes: 200 } }, true);
const startAt = 1000;
/** One second of warm-up, five before, one second of burst, five after. */
const burstAt = startAt + 6000;
const endAt = burstAt + 1000;

/** What burst a stage had whose publishes were as late as that. */
function of(delay: (intended: number) => number, stage: StageShape = spike) {
  const publishes = Array.from({ length: 420 }, (_, n) => {
    const intended = startAt + dueAfter(stage, n);
    return { intended, last: intended + delay(intended) };
  });
  return burstOf({ startAt, plan: { stage } as LoadPlan }, publishes).burst;
}

describe('a burst', () => {
  it('is told apart from what was before and after it, without the warm-up', () => {
    const burst = of((at) => (at < startAt + 1000 ? 500 : at < burstAt ? 5 : at < endAt ? 50 : 10));
    expect(burst?.before).toMatchObject({ count: 100 });
    expect(burst?.during).toMatchObject({ count: 200 });
    expect(burst?.after).toMatchObject({ count: 100 });
    for (const [quantiles, ms] of [
      [burst?.before, 5],
      [burst?.during, 50],
      [burst?.after, 10],
    ] as const) {
      expect(Math.abs((quantiles?.p50 ?? 0) - ms)).toBeLessThan(0.1);
    }
  });

  it.each<[string, (at: number) => number, number | null]>([
    ['at once', () => 5, 0],
    ['at once, for what a machine does by itself', (at) => (at < burstAt ? 5 : 6.9), 0],
    ['after two seconds', (at) => (at >= burstAt && at < endAt + 2000 ? 80 : 5), 2000],
    [
      'not before it stays so',
      (at) => (at >= burstAt && !(at >= endAt + 1000 && at < endAt + 2000) && at < endAt + 3000 ? 80 : 5),
      3000,
    ],
    ['never', (at) => (at >= burstAt ? 80 : 5), null],
    [
      'never, of a slow server, where it is worse by more than a tenth',
      (at) => (at < burstAt ? 100 : 115),
      null,
    ],
    ['at once, of a slow server, within a tenth', (at) => (at < burstAt ? 100 : 109), 0],
  ])('is over %s', (_what, delay, back) => {
    expect(of(delay)?.backMs).toBe(back);
  });

  it('is none where the rate stays the same, or goes down, or nothing was published', () => {
    expect(of(() => 5, shapeOf({ rate: 20, publishes: 400 }, true))).toBeUndefined();
    const down = {
      ...spike,
      pace: [...spike.pace].map((pace, at) => (at === 1 ? { ...pace, rate: 5 } : pace)),
    };
    expect(of(() => 5, down)).toBeUndefined();
    expect(burstOf({ startAt: Number.NaN, plan: { stage: spike } as LoadPlan }, [])).toEqual({});
  });
});
