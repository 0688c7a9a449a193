import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { turns } from './turns.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Asks for so many turns at once, and gives the moments at which they came. */
async function moments(perSecond: number | undefined, count: number): Promise<number[]> {
  const turn = turns(perSecond);
  const began = performance.now();
  const came = Promise.all(
    Array.from({ length: count }, async () => {
      await turn();
      return Math.round(performance.now() - began);
    }),
  );
  await vi.runAllTimersAsync();
  return came;
}

it('spaces requests evenly under a limit', async () => {
  expect(await moments(10, 4)).toEqual([0, 100, 200, 300]);
});

it('makes nobody wait where there is no limit', async () => {
  expect(await moments(undefined, 4)).toEqual([0, 0, 0, 0]);
});

it('saves nothing up while nobody asks', async () => {
  const turn = turns(10);
  await vi.advanceTimersByTimeAsync(10_000);
  const began = performance.now();
  const came: number[] = [];
  const both = [turn(), turn()].map(async (one) => {
    await one;
    came.push(Math.round(performance.now() - began));
  });
  await vi.runAllTimersAsync();
  await Promise.all(both);
  expect(came).toEqual([0, 100]);
});
