import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blindOf } from './latencies.ts';

const instant = (sent: number, took: number) => ({
  intended: sent,
  sent,
  first: sent + took,
  last: sent + took,
});

describe('a publisher that waits for each delivery', () => {
  it('records all where each arrives before the next', () => {
    expect(blindOf([0, 10, 20].map((sent) => instant(sent, 5)))).toEqual([5, 5, 5]);
  });

  it('sees of a stall its first publish alone', () => {
    // Each 10 ms, and what is sent between 100 and 2100 arrives at 2100.
    const all = Array.from({ length: 300 }, (_, n) =>
      instant(n * 10, n * 10 >= 100 && n * 10 < 2100 ? 2100 - n * 10 : 1),
    );
    const slow = blindOf(all).filter((ms) => ms > 1);
    expect(slow).toEqual([2000]);
  });

  it('never has two publishes under way at once', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1 }), (took) => {
        const extremes = took.map((ms, n) => instant(n * 10, ms));
        const recorded = blindOf(extremes);
        expect(recorded.length).toBeGreaterThan(0);
        expect(recorded.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(took.length * 10 + 100);
      }),
    );
  });
});
