import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../conform/random.ts';
import { isRegression, ratioOf } from './ratio.ts';

/** Medians of five runs, each of which has noise of some percent. */
function runs(middle: number, noise: number, random: () => number): number[] {
  return Array.from({ length: 5 }, () => middle * (1 + noise * (random() - 0.5)));
}

describe('comparing two servers', () => {
  it('says of the same server, in twenty comparisons, at most once that it has become worse', () => {
    const random = seededRandom(1, 'same');
    const worse = Array.from({ length: 20 }, () =>
      isRegression(ratioOf(runs(10, 0.2, random), runs(10, 0.2, random), random)),
    ).filter(Boolean);
    expect(worse.length).toBeLessThanOrEqual(1);
  });

  it('says so seldom as well where many figures are compared at once', () => {
    const random = seededRandom(5, 'family');
    const figures = 15;
    const worse = Array.from({ length: 40 }, () =>
      Array.from({ length: figures }, () =>
        isRegression(ratioOf(runs(10, 0.5, random), runs(10, 0.5, random), random, figures)),
      ).includes(true),
    ).filter(Boolean);
    expect(worse.length).toBeLessThanOrEqual(4);
  }, 30_000);

  it('finds a fifth more, five times of five', () => {
    const random = seededRandom(2, 'worse');
    const found = Array.from({ length: 5 }, () =>
      isRegression(ratioOf(runs(12, 0.1, random), runs(10, 0.1, random), random, 15)),
    );
    expect(found).toEqual([true, true, true, true, true]);
  });

  it('has its ratio inside its interval', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 1e4, noNaN: true }), { minLength: 5, maxLength: 9 }),
        fc.array(fc.double({ min: 0.1, max: 1e4, noNaN: true }), { minLength: 5, maxLength: 9 }),
        (now, before) => {
          const { ratio, low, high } = ratioOf(now, before, seededRandom(3, 'any'));
          expect(low).toBeLessThanOrEqual(ratio);
          expect(high).toBeGreaterThanOrEqual(ratio);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('does not take a change of a few percent for one, however sure it is', () => {
    const now = [10.5, 10.5, 10.5, 10.5, 10.5];
    expect(isRegression(ratioOf(now, [10, 10, 10, 10, 10], seededRandom(4, 'small')))).toBe(false);
  });
});
