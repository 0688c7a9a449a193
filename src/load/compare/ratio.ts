import { quantileOf } from '../evidence/statistics.ts';

/** How two samples of one figure compare. */
export interface Ratio {
  /** Median of the one over the median of the other. */
  readonly ratio: number;
  /** 95 % of the bootstrap over runs. */
  readonly low: number;
  readonly high: number;
  /** The lower end of an interval that is so much wider that 95 % holds for all comparisons of the run together. */
  readonly lowAmongAll: number;
}

const resamples = 4000;

/**
 * The ratio of two medians with a bootstrap interval. The run is the unit: values of one run depend on each other.
 * `comparisons`: how many are made at once; of twenty, one is outside its own 95 % by chance alone (Bonferroni).
 * `random` draws from 0 to 1.
 */
export function ratioOf(
  now: readonly number[],
  before: readonly number[],
  random: () => number,
  comparisons = 1,
): Ratio {
  const ratios: number[] = [];
  for (let n = 0; n < resamples; n++) {
    ratios.push(median(resampled(now, random)) / median(resampled(before, random)));
  }
  return {
    ratio: median(now) / median(before),
    low: quantileOf(ratios, 0.025),
    high: quantileOf(ratios, 0.975),
    lowAmongAll: quantileOf(ratios, 0.025 / comparisons),
  };
}

/** A change that small is none, however sure it is. */
export const smallestEffect = 0.1;

/** Worse for certain, however many are compared, and by more than a tenth. */
export function isRegression({ ratio, lowAmongAll }: Ratio): boolean {
  return lowAmongAll > 1 && ratio > 1 + smallestEffect;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function resampled(values: readonly number[], random: () => number): number[] {
  return values.map(() => values[Math.floor(random() * values.length)] ?? Number.NaN);
}
