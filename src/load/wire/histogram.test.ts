import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketCount, bucketOf, Histogram, microsOf } from './histogram.ts';

/** The longest value that has a bucket: 2^26 microseconds, 67 s. */
const longest = 2 ** 26 - 1;

const micros = fc.oneof(
  fc.integer({ min: 1, max: longest }),
  fc.integer({ min: 0, max: 26 }).map((power) => Math.min(longest, 2 ** power)),
  fc.integer({ min: 1, max: 26 }).map((power) => 2 ** power - 1),
);

describe('the histogram', () => {
  it('puts each value into a bucket whose middle is within 1/512 of it', () => {
    fc.assert(
      fc.property(micros, (value) => {
        const bucket = bucketOf(value);
        expect(bucket).toBeGreaterThanOrEqual(0);
        expect(bucket).toBeLessThan(bucketCount);
        expect(Math.abs(microsOf(bucket) - value)).toBeLessThanOrEqual(value / 512);
      }),
    );
  });

  it('has rising buckets', () => {
    fc.assert(
      fc.property(micros, micros, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(bucketOf(low)).toBeLessThanOrEqual(bucketOf(high));
      }),
    );
  });

  it('takes the middle of each bucket for a value of that bucket', () => {
    for (let bucket = 0; bucket < bucketCount; bucket++) expect(bucketOf(microsOf(bucket))).toBe(bucket);
  });

  it.each([0, -5, Number.NaN, Number.NEGATIVE_INFINITY])('counts %d as 0', (value) => {
    expect(bucketOf(value)).toBe(0);
  });

  it.each([2 ** 26, 2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY])('has no bucket for %d', (value) => {
    expect(bucketOf(value)).toBe(-1);
  });

  const values = fc.array(fc.double({ min: 0, max: 70_000, noNaN: true }), { maxLength: 200 });

  it('is, merged, what all of the values would have made', () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const whole = filled([...left, ...right]);
        const merged = filled(left);
        merged.merge(filled(right));
        expect(merged.pairs()).toEqual(whole.pairs());
        expect([merged.total, merged.overflow, merged.max]).toEqual([whole.total, whole.overflow, whole.max]);
      }),
    );
  });

  it('is the same after it was told as pairs', () => {
    fc.assert(
      fc.property(values, (list) => {
        const whole = filled(list);
        const told = new Histogram();
        told.addPairs(whole.pairs(), whole.overflow);
        expect(told.pairs()).toEqual(whole.pairs());
        expect([told.total, told.overflow]).toEqual([whole.total, whole.overflow]);
      }),
    );
  });

  it('gives quantiles within 1/512 of those of the sorted values, plus the microsecond that it counts in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (list, share) => {
          const sorted = [...list].sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? Number.NaN;
          const said = filled(list).quantile(share);
          expect(Math.abs(said - exact)).toBeLessThanOrEqual(exact / 512 + 0.001);
        },
      ),
    );
  });

  it('says infinity where the quantile is among what was too long', () => {
    const histogram = filled([1, 2, 100_000]);
    expect(histogram.overflow).toBe(1);
    expect(histogram.quantile(0.5)).toBeCloseTo(2, 2);
    expect(histogram.quantile(1)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is empty when it was cleared', () => {
    const histogram = filled([1, 2, 100_000]);
    histogram.clear();
    expect([histogram.total, histogram.overflow, histogram.pairs()]).toEqual([0, 0, []]);
    expect(histogram.quantile(0.5)).toBeNaN();
  });
});

function filled(list: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of list) histogram.add(value);
  return histogram;
}
