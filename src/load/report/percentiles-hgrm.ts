import { visible } from '../../report/plain-text.ts';
import { type LoadResult, latencyNames, type Quantiles } from '../verdict/load-result.ts';
import { microsOf } from '../wire/histogram.ts';
import { decidingStage } from './load-line.ts';
import { diagnostic, headlineOf, isClaimed } from './standing.ts';

/** Steps in each half of what is left to 100 %, as the tools of HdrHistogram take it. */
const ticksPerHalf = 5;

/**
 * `percentiles.hgrm`: the latencies of every stage in the percentile format of HdrHistogram, in milliseconds: value,
 * percentile, values up to there, 1/(1−percentile). A section each, the one that says most first, for tools that
 * read one alone; a comment says what it is.
 */
export function percentilesHgrm(result: LoadResult): string {
  const [first, name] = [decidingStage(result), headlineOf(result.stages)];
  const sections = result.stages.flatMap((stage) =>
    [
      ...latencyNames.map((one) => [one as string, stage.latency[one]] as const),
      ['sentinel', stage.sentinel] as const,
      ['floor before', stage.floor.before] as const,
      ['floor after', stage.floor.after] as const,
    ].flatMap(([what, quantiles]) =>
      quantiles && quantiles.count > 0
        ? [{ stage, what, quantiles, isFirst: stage === first && what === name }]
        : [],
    ),
  );
  const standing = isClaimed(result) ? '' : `, ${diagnostic}`;
  return sections
    .sort((a, b) => Number(b.isFirst) - Number(a.isFirst))
    .map(
      ({ stage, what, quantiles }) =>
        `#[Stage ${visible(stage.name)}, ${what}, ms${stage.unfinished ? ', unfinished' : ''}${standing}]\n${table(quantiles)}`,
    )
    .join('\n');
}

/** One distribution as `HistogramLogProcessor` writes it. */
function table(quantiles: Quantiles): string {
  const steps = [...stepsOf(quantiles)];
  const { mean, deviation } = momentsOf(quantiles);
  return [
    `${'Value'.padStart(12)} ${'Percentile'.padStart(14)} ${'TotalCount'.padStart(10)} ${'1/(1-Percentile)'.padStart(14)}`,
    '',
    ...steps.map(({ value, share, seen }) => {
      const line = `${value.toFixed(3).padStart(12)} ${share.toFixed(12)} ${String(seen).padStart(10)}`;
      return share < 1 ? `${line} ${(1 / (1 - share)).toFixed(2).padStart(14)}` : line;
    }),
    `#[Mean    = ${mean.toFixed(3).padStart(12)}, StdDeviation   = ${deviation.toFixed(3).padStart(12)}]`,
    `#[Max     = ${quantiles.max.toFixed(3).padStart(12)}, Total count    = ${String(quantiles.count).padStart(12)}]`,
    `#[Buckets = ${'17'.padStart(12)}, SubBuckets     = ${'1024'.padStart(12)}]`,
    '',
  ].join('\n');
}

/** What a percentile comes to, step by step, ever finer towards 100 %, until the last value is reached. */
export function* stepsOf({ count, pairs, max }: Quantiles): Generator<{
  readonly value: number;
  readonly share: number;
  readonly seen: number;
}> {
  let [share, seen] = [0, 0];
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const value = Math.min(max, microsOf(pairs[at] ?? 0) / 1000);
    seen += pairs[at + 1] ?? 0;
    // A share is a sum of fractions: 0.1 three times is a little more than 0.3.
    while (share * count <= seen + 1e-6 && share < 1) {
      yield { value, share, seen };
      // 2 to the number of halves that are done, and one more.
      const halves = 2 ** (Math.floor(Math.log2(1 / (1 - share))) + 1);
      share += 1 / (ticksPerHalf * halves);
      if (seen >= count) break;
    }
  }
  if (count > 0) yield { value: max, share: 1, seen: count };
}

function momentsOf({ pairs }: Quantiles): { readonly mean: number; readonly deviation: number } {
  let [count, sum, squares] = [0, 0, 0];
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const [value, times] = [microsOf(pairs[at] ?? 0) / 1000, pairs[at + 1] ?? 0];
    count += times;
    sum += value * times;
    squares += value * value * times;
  }
  const mean = count === 0 ? 0 : sum / count;
  return { mean, deviation: count === 0 ? 0 : Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}
