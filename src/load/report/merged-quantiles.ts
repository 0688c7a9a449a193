import { ofHistogram } from '../verdict/latencies.ts';
import type { Quantiles } from '../verdict/load-result.ts';
import { Histogram } from '../wire/histogram.ts';

/** What several have counted, as one; undefined where none has anything. */
export function mergedQuantiles(
  all: readonly { readonly pairs: readonly number[]; readonly overflow: number }[],
): Quantiles | undefined {
  const histogram = new Histogram();
  for (const { pairs, overflow } of all) histogram.addPairs(pairs, overflow);
  return ofHistogram(histogram) ?? undefined;
}
