import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineThrough, mean, quantileOf } from './statistics.ts';

const ten = Array.from({ length: 10 }, (_, n) => n);

describe('a line through points', () => {
  it('is the line that they lie on', () => {
    const line = lineThrough(
      ten,
      ten.map((x) => 3 + 2 * x),
    );
    expect(line?.slope).toBeCloseTo(2);
    expect(line?.low).toBeCloseTo(2);
    expect(line?.high).toBeCloseTo(2);
    expect(line?.first).toBeCloseTo(3);
    expect(line?.last).toBeCloseTo(21);
  });

  it('has an interval that holds 0 where there is only noise', () => {
    const line = lineThrough(ten, [5, 1, 4, 2, 6, 1, 5, 2, 4, 3]);
    expect(line?.low).toBeLessThan(0);
    expect(line?.high).toBeGreaterThan(0);
  });

  it('says nothing of fewer than eight points, nor of points above one another', () => {
    expect(lineThrough(ten.slice(0, 7), ten.slice(0, 7))).toBeUndefined();
    expect(lineThrough(new Array(10).fill(1), ten)).toBeUndefined();
  });

  it('has the interval of textbooks: with eight degrees of freedom 2.306 standard errors', () => {
    const y = [1, 3, 2, 5, 4, 6, 8, 7, 9, 10];
    const line = lineThrough(ten, y);
    if (!line) throw new Error('ten points make a line');
    const middle = mean(ten);
    const sumXx = ten.reduce((sum, x) => sum + (x - middle) ** 2, 0);
    const at = (x: number): number => line.first + line.slope * x;
    const residual = ten.reduce((sum, x) => sum + ((y[x] ?? 0) - at(x)) ** 2, 0);
    const error = Math.sqrt(residual / 8 / sumXx);
    expect((line.high - line.slope) / error).toBeCloseTo(2.306, 2);
  });
});

describe('quantiles', () => {
  it('are values that are there', () => {
    expect(quantileOf([4, 1, 3, 2], 0.5)).toBe(2);
    expect(quantileOf([4, 1, 3, 2], 1)).toBe(4);
    expect(quantileOf([7], 0.99)).toBe(7);
    expect(quantileOf([], 0.5)).toBeNaN();
  });

  it('have at least their share at or below them, and less than that below', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 99 }),
        (values, percent) => {
          const value = quantileOf(values, percent / 100);
          const share = (count: number): number => count / values.length;
          expect(share(values.filter((one) => one <= value).length)).toBeGreaterThanOrEqual(
            percent / 100 - 1e-9,
          );
          expect(share(values.filter((one) => one < value).length)).toBeLessThan(percent / 100 + 1e-9);
        },
      ),
    );
  });
});
