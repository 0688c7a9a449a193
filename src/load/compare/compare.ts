import type { Comparison, LoadResult, StageResult } from '../verdict/load-result.ts';
import { isRegression, median, ratioOf } from './ratio.ts';

/** What of a run is compared, stage by stage, where there is enough of it; more of each is worse. */
const metrics = ['last.p50', 'last.p90', 'last.p99', 'first.p50', 'connect.p50'] as const;

/** Fewer runs a side say nothing of chance. */
export const leastRuns = 5;

/** Floors that differ by more than this make two runs those of two machines. */
const floorRatio = { least: 0.8, most: 1.25 } as const;

/** The stages of each run of one side. */
export type Runs = readonly (readonly StageResult[])[];

/** Two servers by their runs: ratios with their intervals, the median of `now` over that of `before`. */
export function comparisonOf(against: string, now: Runs, before: Runs, random: () => number): Comparison {
  const repeats = Math.min(now.length, before.length);
  const isJudged = repeats >= leastRuns;
  const pairs = stageNames(now).flatMap((name) =>
    metrics.flatMap((metric) => {
      const [ours, theirs] = [valuesOf(now, name, metric), valuesOf(before, name, metric)];
      return ours.length === 0 || theirs.length === 0
        ? []
        : [{ metric: `${metric} at ${name}`, ours, theirs }];
    }),
  );
  const ratios = pairs.map(({ metric, ours, theirs }): Comparison['ratios'][number] => {
    if (!isJudged) {
      const ratio = median(ours) / median(theirs);
      return { metric, ratio, low: null, high: null, regression: false };
    }
    const found = ratioOf(ours, theirs, random, pairs.length);
    const { ratio, low, high } = found;
    return { metric, ratio, low, high, regression: isRegression(found) };
  });
  const worse = ratios.filter(({ regression }) => regression);
  if (ratios.length === 0) {
    return of(
      against,
      repeats,
      'not comparable',
      'the runs have no latency of the same stage, of enough publishes to tell',
      ratios,
    );
  }
  if (!isJudged) {
    const why = `${repeats} of at least ${leastRuns} runs a side: how much is chance is not known`;
    return of(against, repeats, 'not judged', why, ratios);
  }
  const [first] = worse;
  if (!first) return of(against, repeats, 'no regression', 'nothing is worse by more than a tenth', ratios);
  const more = worse.length > 1 ? ` and ${worse.length - 1} more` : '';
  const why = `${first.metric} is ${first.ratio.toFixed(2)} times that of ${against}${more}`;
  return of(against, repeats, 'regression', why, ratios);
}

/** Why a stored run and one of now cannot be compared; undefined: they can. */
export function whyNotComparable(
  now: Pick<LoadResult, 'stages' | 'environment'>,
  before: LoadResult,
): string | undefined {
  if (before.verdict === 'invalid' || before.verdict === 'incomplete') {
    return `the stored run is ${before.verdict}`;
  }
  if (now.environment.fingerprint !== before.environment.fingerprint) {
    return 'it was made on another machine, or with other versions';
  }
  const [ours, theirs] = [floorOf(now.stages), floorOf(before.stages)];
  if (ours === undefined || theirs === undefined) return undefined;
  const ratio = ours / theirs;
  if (ratio >= floorRatio.least && ratio <= floorRatio.most) return undefined;
  return `the floor is ${ratio.toFixed(2)} times what it was: the machine is not as it was then`;
}

function floorOf(stages: readonly StageResult[]): number | undefined {
  const floors = stages.flatMap(({ floor }) => (floor.before ? [floor.before.p50] : []));
  return floors.length === 0 ? undefined : median(floors);
}

/** Repeats of a stage are called `500 #2`. */
export function runsOf(stages: readonly StageResult[]): Runs {
  const runs = new Map<string, StageResult[]>();
  for (const stage of stages) {
    const [, name = stage.name, run = '1'] = /^(.*) #(\d+)$/.exec(stage.name) ?? [];
    const known = runs.get(run) ?? [];
    runs.set(run, [...known, { ...stage, name }]);
  }
  return [...runs.values()];
}

function stageNames(runs: Runs): readonly string[] {
  return [...new Set(runs.flatMap((stages) => stages.map(({ name }) => name)))];
}

function valuesOf(runs: Runs, stage: string, metric: (typeof metrics)[number]): number[] {
  const [latency, quantile] = metric.split('.') as ['last' | 'first' | 'connect', 'p50' | 'p90' | 'p99'];
  return runs.flatMap((stages) => {
    const found = stages.find(({ name }) => name === stage)?.latency[latency];
    if (!found || found.count < samplesFor(quantile)) return [];
    return found[quantile] > 0 ? [found[quantile]] : [];
  });
}

/** How many a quantile needs, as in an SLO: ten beyond it. */
function samplesFor(quantile: 'p50' | 'p90' | 'p99'): number {
  return { p50: 20, p90: 100, p99: 1000 }[quantile];
}

function of(
  against: string,
  repeats: number,
  outcome: Comparison['outcome'],
  reason: string,
  ratios: Comparison['ratios'],
): Comparison {
  return { against, repeats, outcome, reason, ratios };
}
