import { quantileOf } from '../evidence/statistics.ts';

/** How two samples of one figure compare. */
export interface Ratio {
  /** Median of the one over the median of the other. */
  readonly ratio: number;
  /** 95 % of the bootstrap over runs. */
  readonly low: number;
  readonly high: number;
}

const resamples = 2000;

/**
 * The ratio of two medians with a bootstrap interval. The run is the unit: values of one run depend on each other.
 * `random` draws from 0 to 1.
 */
export function ratioOf(now: readonly number[], before: readonly number[], random: () => number): Ratio {
  const ratios: number[] = [];
  for (let n = 0; n < resamples; n++) {
    ratios.push(median(resampled(now, random)) / median(resampled(before, random)));
  }
  return {
    ratio: median(now) / median(before),
    low: quantileOf(ratios, 0.025),
    high: quantileOf(ratios, 0.975),
  };
}

/** A change that small is none, however sure it is. */
export const smallestEffect = 0.1;

/** Worse for certain, and by more than a tenth. */
export function isRegression({ ratio, low }: Ratio): boolean {
  return low > 1 && ratio > 1 + smallestEffect;
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
