import type { Quantiles } from '../verdict/load-result.ts';
import { Histogram } from '../wire/histogram.ts';

/** A histogram as a result has it, in milliseconds. */
export function quantilesOf(histogram: Histogram): Quantiles {
  const { total, overflow } = histogram;
  return {
    count: total,
    p50: histogram.quantile(0.5),
    p90: histogram.quantile(0.9),
    p99: histogram.quantile(0.99),
    p999: histogram.quantile(0.999),
    max: total === 0 ? Number.NaN : histogram.max / 1000,
    pairs: histogram.pairs(),
    overflow,
  };
}

/** What several have counted, as one; undefined where none has anything. */
export function mergedQuantiles(
  all: readonly { readonly pairs: readonly number[]; readonly overflow: number }[],
): Quantiles | undefined {
  const histogram = new Histogram();
  for (const { pairs, overflow } of all) histogram.addPairs(pairs, overflow);
  return histogram.total === 0 ? undefined : quantilesOf(histogram);
}
