import { describe, expect, it } from 'vitest';
import { shapeOf } from '../profile/profile.ts';
import type { Ceiling } from '../verdict/load-result.ts';
import { largestOf, neededFor, offeredOf } from './offered.ts';

const stages = [50, 200, 500].map((subscribers) =>
  shapeOf({ name: String(subscribers), subscribers, rate: 20 }, true),
);
const ceiling = (deliveriesPerSecond: number): Ceiling => ({
  ...{ deliveriesPerSecond, atLeast: false, trials: [], measuredAt: '', cached: false },
});
const offered = (most: number | null) => {
  const { stages: tried, notOffered } = offeredOf(stages, most === null ? null : ceiling(most));
  return [tried.map(({ name }) => name), notOffered.map(({ stage }) => stage)];
};

describe('what a machine is asked to do', () => {
  it('is at most half of what its generator carries, and the rest is named', () => {
    expect(offered(20_000)).toEqual([['50', '200', '500'], []]);
    expect(offered(19_999)).toEqual([['50', '200'], ['500']]);
    expect(offered(1999)).toEqual([[], ['50', '200', '500']]);
  });

  it('is all of it where nobody knows what that is', () => {
    expect(offered(null)).toEqual([['50', '200', '500'], []]);
  });

  it('asks for most in the largest stage', () => {
    expect(largestOf(stages).name).toBe('500');
    expect(neededFor(largestOf(stages))).toBe(20_000);
  });
});
