import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemberClock } from './member-clocks.ts';

describe('the clock of a member elsewhere', () => {
  it('is known to within what it says, however unevenly the two ways take time', () => {
    const way = fc.double({ min: 0, max: 500, noNaN: true });
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: -20e-6, max: 20e-6, noNaN: true }),
        fc.array(fc.tuple(way, way), { minLength: 1, maxLength: 60 }),
        (ahead, drift, ways) => {
          const clock = new MemberClock();
          const truth = (at: number): number => ahead + drift * at;
          let at = 0;
          for (const [there, back] of ways) {
            at += 10_000;
            clock.take(at, at + there + back, at + there + truth(at + there));
          }
          const end = at + 1000;
          expect(Math.abs((clock.offset ?? Number.NaN) - truth(end))).toBeLessThanOrEqual(
            // What it drifts while it is asked is less than a hundredth of a millisecond more.
            clock.withinMs(end) + 0.021,
          );
        },
      ),
    );
  });

  it('is that of the answer that came soonest, and of another when that is old', () => {
    const clock = new MemberClock();
    clock.take(0, 2, 1001);
    clock.take(1000, 1100, 2090);
    expect(clock.offset).toBe(1000);
    expect(clock.withinMs(2)).toBe(1);
    clock.take(1e7, 1e7 + 20, 1e7 + 1015);
    expect(clock.offset).toBe(1005);
  });

  it('is not known before it has answered', () => {
    expect(new MemberClock().offset).toBeUndefined();
    expect(new MemberClock().withinMs(0)).toBe(Number.POSITIVE_INFINITY);
  });
});
