import { visible } from '../../report/plain-text.ts';
import type { GateResult, LatencyName, LoadResult, StageResult } from '../verdict/load-result.ts';
import { floorAt, isClaimed, outcomeOf, type QuantileName, quantileTitles } from './standing.ts';

/** One number of a stage, in both runs. A ratio is of one run each: it has no interval, and nothing is judged by it. */
export interface MetricRatio {
  readonly stage: string;
  readonly metric: string;
  /** Milliseconds; for a rate, per second. */
  readonly before: number;
  readonly now: number;
  readonly ratio: number;
  /** True where one of them is below twice its floor, so that the ratio is of two floors perhaps. */
  readonly atFloor: boolean;
}

export interface GateChange {
  readonly gate: string;
  readonly stage: string;
  readonly before: GateResult['outcome'] | 'not there';
  readonly now: GateResult['outcome'] | 'not there';
}

/** What has changed from one load run to another. */
export interface LoadComparison {
  /** Why their numbers say nothing about one another; absent: they do. */
  readonly notComparable?: string;
  readonly verdict: { readonly before: LoadResult['verdict']; readonly now: LoadResult['verdict'] };
  readonly gates: readonly GateChange[];
  readonly ratios: readonly MetricRatio[];
  /** True where a gate fails that did not, or the run is red and was not. */
  readonly isWorse: boolean;
}

/** Holds two load runs side by side, by stage and gate. */
export function compareLoads(before: LoadResult, now: LoadResult): LoadComparison {
  const gates = gateChanges(before, now);
  const why = apart(before, now);
  return {
    ...(why === undefined ? {} : { notComparable: why }),
    verdict: { before: before.verdict, now: now.verdict },
    gates,
    ratios: why === undefined ? ratiosOf(before, now) : [],
    isWorse: gates.some((one) => one.now === 'failed') || (before.exit === 0 && now.exit !== 0),
  };
}

function apart(before: LoadResult, now: LoadResult): string | undefined {
  for (const [one, name] of [
    [before, 'the earlier run'],
    [now, 'this run'],
  ] as const) {
    if (!isClaimed(one)) return `${name} claims no numbers: ${one.verdict}, ${one.reason}`;
  }
  const same = [
    ['profile', before.profile.id, now.profile.id],
    ['surface', before.target.surface, now.target.surface],
    ['driver', before.driver, now.driver],
    ['fingerprint', before.environment.fingerprint, now.environment.fingerprint],
  ] as const;
  const differs = same.find(([, was, is]) => was !== is);
  if (differs) return `another ${differs[0]}: ${differs[1]}, now ${differs[2]}`;
  for (const [was, is] of pairs(before, now)) {
    const ratio = (floorAt(is, 'p99') ?? Number.NaN) / (floorAt(was, 'p99') ?? Number.NaN);
    // Without a floor on both sides there is nothing to hold them apart by.
    if (ratio < 0.8 || ratio > 1.25)
      return `the machine's own share of stage ${is.name} is ${ratio.toFixed(2)} times what it was (0.80 to 1.25)`;
  }
  return undefined;
}

/** Stages that are in both, by name. */
function pairs(before: LoadResult, now: LoadResult): (readonly [was: StageResult, is: StageResult])[] {
  return now.stages.flatMap((is) => {
    const was = before.stages.find(({ name }) => name === is.name);
    return was ? [[was, is] as const] : [];
  });
}

const compared: readonly (readonly [LatencyName, QuantileName])[] = [
  ['last', 'p50'],
  ['last', 'p99'],
  ['first', 'p99'],
  ['delivery', 'p50'],
  ['delivery', 'p99'],
  ['connect', 'p99'],
  ['subscribe', 'p99'],
  ['acknowledge', 'p99'],
  ['refusal', 'p99'],
];

function ratiosOf(before: LoadResult, now: LoadResult): MetricRatio[] {
  return pairs(before, now).flatMap(([was, is]) => {
    const rates = [was.rate.deliveriesAchieved, is.rate.deliveriesAchieved] as const;
    return [
      ...compared.flatMap(([name, quantile]): MetricRatio[] => {
        const values = [was.latency[name]?.[quantile], is.latency[name]?.[quantile]] as const;
        const isReceipt = ['last', 'first', 'delivery'].includes(name);
        const isAtFloor = (stage: StageResult, value: number): boolean =>
          isReceipt && value < 2 * (floorAt(stage, quantile) ?? 0);
        const atFloor = isAtFloor(was, values[0] ?? 0) || isAtFloor(is, values[1] ?? 0);
        return ratio(is.name, `${name}.${quantileTitles[quantile]}`, values[0], values[1], atFloor);
      }),
      ...ratio(is.name, 'deliveries/s', rates[0], rates[1], false),
    ];
  });
}

function ratio(
  stage: string,
  metric: string,
  before: number | undefined,
  now: number | undefined,
  atFloor: boolean,
): MetricRatio[] {
  if (before === undefined || now === undefined) return [];
  const of = now / before;
  return Number.isFinite(of) ? [{ stage, metric, before, now, ratio: of, atFloor }] : [];
}

function gateChanges(before: LoadResult, now: LoadResult): GateChange[] {
  const [old, fresh] = [outcomes(before), outcomes(now)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), fresh.get(key)];
    const named = is ?? was;
    if (!named || was?.outcome === is?.outcome) return [];
    return [
      {
        ...{ gate: named.gate, stage: named.stage },
        ...{ before: was?.outcome ?? 'not there', now: is?.outcome ?? 'not there' },
      },
    ];
  });
}

function outcomes(result: LoadResult) {
  return new Map(
    result.gates.map((one) => [
      JSON.stringify([one.stage, one.gate]),
      { gate: one.gate, stage: one.stage, outcome: outcomeOf(one, result) },
    ]),
  );
}

/** A comparison for a person. */
export function loadComparisonLines({
  verdict,
  gates,
  ratios,
  notComparable,
  isWorse,
}: LoadComparison): string[] {
  const title = `verdict  ${verdict.before} → ${verdict.now}`;
  const width = Math.max(0, ...ratios.map(({ stage, metric }) => visible(`${stage} ${metric}`).length));
  return [
    title,
    ...(gates.length === 0 ? ['gates    none changed'] : ['gates']),
    ...gates.map(({ gate, stage, before, now }) => visible(`  ${gate} at ${stage}: ${before} → ${now}`)),
    ...(notComparable === undefined
      ? ['ratios   now by before, one run each: without an interval, so not judged']
      : [visible(`ratios   not comparable: ${notComparable}`)]),
    ...ratios.map(({ stage, metric, before, now, ratio: of, atFloor }) => {
      const unit = metric.endsWith('/s') ? '' : ' ms';
      const values = `${before.toFixed(2)}${unit} → ${now.toFixed(2)}${unit}`;
      const note = atFloor ? ', not told apart from the floor' : '';
      return `  ${visible(`${stage} ${metric}`).padEnd(width)}  × ${of.toFixed(2)}  (${values}${note})`;
    }),
    isWorse ? 'worse: a gate fails, or the run is red, that was not' : 'no gate fails that did not',
  ];
}
