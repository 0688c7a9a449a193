/** Statistics of a stage: pure, over numbers. @module */

/** A straight line through points by least squares, with the 95 % interval of its slope. */
export interface Line {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  readonly first: number;
  readonly last: number;
}

/** Undefined where there are too few points to say anything (under eight). */
export function lineThrough(x: readonly number[], y: readonly number[]): Line | undefined {
  const count = x.length;
  if (count < 8) return undefined;
  const meanX = mean(x);
  const meanY = mean(y);
  let sumXx = 0;
  let sumXy = 0;
  for (let at = 0; at < count; at++) {
    sumXx += ((x[at] ?? 0) - meanX) ** 2;
    sumXy += ((x[at] ?? 0) - meanX) * ((y[at] ?? 0) - meanY);
  }
  if (sumXx === 0) return undefined;
  const slope = sumXy / sumXx;
  const at = (value: number): number => meanY + slope * (value - meanX);
  let residual = 0;
  for (let index = 0; index < count; index++) residual += ((y[index] ?? 0) - at(x[index] ?? 0)) ** 2;
  const error = Math.sqrt(residual / (count - 2) / sumXx) * studentT(count - 2);
  return {
    slope,
    low: slope - error,
    high: slope + error,
    first: at(x[0] ?? 0),
    last: at(x[count - 1] ?? 0),
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value below which a share of sorted or unsorted values is; NaN of none. */
export function quantileOf(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Two-sided 95 % of Student's t, by a series around the normal quantile that is good to 1 % from six degrees on. */
function studentT(degrees: number): number {
  const z = 1.959964;
  const n = degrees;
  return (
    z +
    (z ** 3 + z) / (4 * n) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * n ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * n ** 3)
  );
}
