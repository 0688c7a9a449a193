import { isOnFinding } from '../verdict/gates.ts';
import type { GateResult, LatencyName, LoadResult, Quantiles, StageResult } from '../verdict/load-result.ts';
import { countText, msText, shareText, valueText } from './number-words.ts';

/** What stands above every number that a run does not claim. */
export const diagnostic = 'diagnostic, not a result';

/**
 * True where latencies and losses are the server's. Those of a run that is invalid or did not end are shown apart,
 * under `diagnostic`; so are those of a run that fails for what no generator can cause, and could not be trusted otherwise.
 */
export function isClaimed({ verdict, complete, trust }: LoadResult): boolean {
  if (!complete || verdict === 'invalid' || verdict === 'incomplete') return false;
  return verdict === 'pass' || trust.every(({ ok }) => ok);
}

/**
 * What a gate comes to in a report: in a run that claims no numbers nothing has passed, and nothing failed but what no
 * generator can cause.
 */
export function outcomeOf(gate: GateResult, result: LoadResult): GateResult['outcome'] {
  if (gate.outcome === 'not observed' || isClaimed(result)) return gate.outcome;
  return gate.outcome === 'failed' && isOnFinding(gate.gate) ? 'failed' : 'withheld';
}

/** What was measured at a gate, in words; `≤ X (floor Y)` where it is below twice the floor. */
export function gateValueText(gate: GateResult, result: LoadResult): string {
  const outcome = outcomeOf(gate, result);
  if (outcome === 'withheld') return 'withheld';
  if (outcome === 'not observed') return 'not observed';
  const isNumberOfRun = gate.unit === 'ms' || gate.unit === '%';
  if (isNumberOfRun && !isClaimed(result)) return 'withheld';
  if (gate.value === null) return gate.outcome === 'failed' && gate.unit === 'ms' ? 'never' : '–';
  const text = valueText(gate.value, gate.unit);
  if (!gate.atMost) return text;
  const floor = floorAt(stageNamed(result, gate.stage), quantileOf(gate.gate));
  return floor === undefined ? `≤ ${text}` : `≤ ${text} (floor ${msText(floor)})`;
}

/** Why a gate came to that. */
export function gateReason(gate: GateResult, result: LoadResult): string {
  return outcomeOf(gate, result) === gate.outcome ? gate.reason : result.reason;
}

export function stageNamed(result: LoadResult, name: string): StageResult | undefined {
  return result.stages.find((stage) => stage.name === name);
}

/** The quantiles of a distribution that reports show. */
export const quantileNames = ['p50', 'p90', 'p99', 'p999', 'max'] as const;
export type QuantileName = (typeof quantileNames)[number];

/** As people write them: `p99.9`. */
export const quantileTitles: Readonly<Record<QuantileName, string>> = {
  p50: 'p50',
  p90: 'p90',
  p99: 'p99',
  p999: 'p99.9',
  max: 'max',
};

/** The quantile that a gate such as `last.p99 < 50ms` is about; p99 where it names none. */
function quantileOf(gate: string): QuantileName {
  const [, digits = '99'] = /\bp(\d+(?:\.\d+)?)/.exec(gate) ?? [];
  const name = `p${digits.replace('.', '')}`;
  return quantileNames.find((one) => one === name) ?? 'p99';
}

/** The generator's own share of a latency at a shape, the worse of before and after; undefined: not measured. */
export function floorAt(stage: StageResult | undefined, quantile: QuantileName): number | undefined {
  const floors = [stage?.floor.before, stage?.floor.after].flatMap((one) =>
    one && one.count > 0 ? [one[quantile]] : [],
  );
  return floors.length === 0 ? undefined : Math.max(...floors);
}

/** True where something was published and no floor was measured. */
export function isUncalibrated({ stages }: LoadResult): boolean {
  return stages.some(({ publishes, floor }) => publishes.planned > 0 && !floor.before && !floor.after);
}

/** What is said of the latencies of such a run. */
export const uncalibrated = 'Not calibrated: what of these latencies is the generator’s own is not known.';

/** Latencies that contain the generator's own, as the floor measures it. */
const floored: readonly string[] = ['delivery', 'last', 'first', 'service', 'positions'];

/** A latency as it is claimed: below twice the floor it is at most that. */
export function latencyText(
  stage: StageResult,
  name: LatencyName | 'positions',
  distribution: Quantiles | undefined,
  quantile: QuantileName,
): string {
  if (!distribution || distribution.count === 0) return '–';
  const value = distribution[quantile];
  const floor = floored.includes(name) ? floorAt(stage, quantile) : undefined;
  return floor !== undefined && value < 2 * floor ? `≤ ${msText(value)}` : msText(value);
}

/** The latency that says most of a run: that of the last receiver, where anything was published. */
export function headlineOf(stages: readonly StageResult[]): LatencyName {
  const names = ['last', 'delivery', 'connect'] as const;
  return names.find((name) => stages.some(({ latency }) => (latency[name]?.count ?? 0) > 0)) ?? 'last';
}

/** `100 %`, or what is missing; of a stage that did not end nobody knows. */
export function deliveredText({ deliveries, unfinished }: StageResult): string {
  if (unfinished) return 'not known';
  return shareText(deliveries.owed, deliveries.lost) ?? 'none owed';
}

/** What went wrong with deliveries, by count. */
export function lossText({ deliveries, unfinished }: StageResult): string {
  if (unfinished) return '';
  const { lost, duplicated, reordered } = deliveries;
  const parts = [
    lost > 0 ? `lost ${countText(lost)}` : '',
    duplicated > 0 ? `twice ${countText(duplicated)}` : '',
    reordered > 0 ? `out of order ${countText(reordered)}` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
