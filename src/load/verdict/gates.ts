import { InputError } from '../../contract/contract.ts';
import { Histogram } from '../wire/histogram.ts';
import {
  type GateResult,
  type LatencyName,
  latencyNames,
  type Quantiles,
  type StageResult,
} from './load-result.ts';

/** A condition that a stage's numbers must meet, read from `last.p99 < 50ms`. */
export interface Gate {
  readonly text: string;
  readonly from: 'profile' | 'slo';
  readonly metric: Metric;
  readonly operator: '<' | '<=' | '>' | '>=' | '==';
  /** Milliseconds, percent, bytes or a count. */
  readonly limit: number;
  readonly unit: string;
}

type Metric =
  | { readonly kind: 'latency'; readonly name: LatencyName; readonly share: number; readonly label: string }
  | { readonly kind: 'count'; readonly name: CountName };

/** What may be counted, and its unit. */
const counts = {
  /** Of what was owed. */
  delivered: '%',
  lost: '',
  duplicated: '',
  reordered: '',
  ghosts: '',
  leaks: '',
  changed: '',
  /** Subscribers that became ready, of those that were asked. */
  connected: '%',
  dropped: '',
  unknown: '',
  /** Of the offered publishes per second. */
  achieved: '%',
  'wrong-accepts': '',
  'wrong-refusals': '',
  /** 1: its median grows no further. */
  steady: '',
  'recovery.p50': 'ms',
  'recovery.p99': 'ms',
  /** From the end of a burst until the median of the last receivers is what it was before. */
  back: 'ms',
  /** Resident memory of the server at the end, of what it was at the first publish. Needs `observe`. */
  'memory-growth': '%',
} as const;
type CountName = keyof typeof counts;

/** Counts that no generator can cause, and that are held against the server whatever became of that. */
const beyondGenerators: ReadonlySet<CountName> = new Set(['ghosts', 'leaks', 'changed', 'wrong-accepts']);

const form =
  /^([a-z][a-z0-9]*(?:[-.][a-z0-9.]+)*)\s*(<=|>=|==|<|>)\s*([0-9]+(?:\.[0-9]+)?)\s*(ms|s|µs|us|%|)$/;

const timeUnits: ReadonlySet<string> = new Set(['ms', 's', 'µs', 'us']);

/**
 * Reads a gate. A bare `p99` is `last.p99`.
 * @throws InputError naming what may stand there.
 */
export function readGate(text: string, from: 'profile' | 'slo'): Gate {
  const found = form.exec(text.trim());
  const [, left = '', operator = '', number = '', unit = ''] = found ?? [];
  if (!found) {
    throw new InputError(
      `${where(from)} "${text}": not a condition; one is: last.p99 < 50ms, delivered == 100%`,
    );
  }
  const metric = metricOf(left, text, from);
  const value = Number(number);
  const isTime = metric.kind === 'latency' || counts[metric.name] === 'ms';
  const wanted = isTime ? 'ms' : metric.kind === 'count' ? counts[metric.name] : '';
  const given = isTime && timeUnits.has(unit) ? 'ms' : unit;
  if (given !== wanted) {
    const needs =
      wanted === 'ms' ? 'a time in ms, s or µs' : wanted === '%' ? 'percent' : 'a number without a unit';
    throw new InputError(`${where(from)} "${text}": ${left} needs ${needs}`);
  }
  return {
    text: text.trim(),
    from,
    metric,
    operator: operator as Gate['operator'],
    limit: isTime ? toMs(value, unit) : value,
    unit: wanted,
  };
}

function metricOf(left: string, text: string, from: 'profile' | 'slo'): Metric {
  if (left in counts) return { kind: 'count', name: left as CountName };
  const [name = '', quantile] = left.includes('.') ? split(left) : ['last', left];
  const share = shareOf(quantile ?? '');
  if (share !== undefined && (latencyNames as readonly string[]).includes(name)) {
    return { kind: 'latency', name: name as LatencyName, share, label: `${name}.${quantile}` };
  }
  throw new InputError(
    `${where(from)} "${text}": there is no ${left}; there is ${latencyNames.join('.pX, ')}.pX (a bare pX is last.pX), ${Object.keys(counts).join(', ')}`,
  );
}

function split(left: string): [string, string] {
  const dot = left.indexOf('.');
  return [left.slice(0, dot), left.slice(dot + 1)];
}

/** p99 → 0.99, p99.9 and p999 → 0.999, max → 1. */
function shareOf(quantile: string): number | undefined {
  if (quantile === 'max') return 1;
  const found = /^p([0-9]{1,2})(?:\.?([0-9]{1,2}))?$/.exec(quantile);
  if (!found) return undefined;
  const share = Number(`${found[1]}.${found[2] ?? '0'}`) / 100;
  return share > 0 && share < 1 ? share : undefined;
}

function toMs(value: number, unit: string): number {
  return unit === 's' ? value * 1000 : unit === 'ms' ? value : value / 1000;
}

function where(from: 'profile' | 'slo'): string {
  return from === 'slo' ? '--slo' : 'gate';
}

/** How many samples an SLO on a quantile needs at least, ten beyond it, and what each is of; undefined: any number will do. */
export function samplesNeeded({
  metric,
}: Gate): { readonly count: number; readonly of: 'publishes' | 'connections' } | undefined {
  if (metric.kind !== 'latency' || metric.share >= 1) return undefined;
  const of = sampledBy[metric.name];
  return of && { count: Math.ceil(10 / (1 - metric.share) - 1e-6), of };
}

/** What there is a sample of for each latency; of those that are left out nobody knows before. */
const sampledBy: Readonly<Partial<Record<LatencyName, 'publishes' | 'connections'>>> = {
  delivery: 'publishes',
  last: 'publishes',
  first: 'publishes',
  service: 'publishes',
  acknowledge: 'publishes',
  connect: 'connections',
  subscribe: 'connections',
};

/** True of a gate, as it is written, on what no generator can cause. */
export function isOnFinding(gate: string): boolean {
  return [...beyondGenerators].some((name) => gate.startsWith(name));
}

/** Holds a stage against a gate. `withheld`: the reason why its latencies and losses are not to be claimed. */
export function heldAgainst(gate: Gate, stage: StageResult, withheld: string | undefined): GateResult {
  const { metric } = gate;
  const base = {
    gate: gate.text,
    from: gate.from,
    stage: stage.name,
    limit: gate.limit,
    unit: gate.unit,
    atMost: false,
  };
  const value = metric.kind === 'latency' ? latencyAt(metric, stage) : countOf(metric.name, stage);
  if (value === undefined || Number.isNaN(value)) {
    return { ...base, value: null, outcome: 'not observed', reason: whyNot(metric, stage) };
  }
  const isClaimable =
    withheld === undefined || (metric.kind === 'count' && beyondGenerators.has(metric.name));
  if (!isClaimable) return { ...base, value, outcome: 'withheld', reason: withheld ?? '' };
  const floor = metric.kind === 'latency' ? floorAt(metric.share, stage) : undefined;
  const atMost = floor !== undefined && isOfServer(metric) && value < 2 * floor;
  const passed = compare(value, gate.operator, gate.limit);
  return {
    ...base,
    value,
    atMost,
    outcome: passed ? 'passed' : 'failed',
    reason: atMost ? `at most ${round(value)} ms; the floor is ${round(floor)} ms` : '',
  };
}

/** True of a latency that has the generator's own share in it, as the floor measures it. */
export function isOfServer(metric: Metric): boolean {
  return metric.kind === 'latency' && ['delivery', 'last', 'first', 'service'].includes(metric.name);
}

function latencyAt(metric: Extract<Metric, { kind: 'latency' }>, stage: StageResult): number | undefined {
  const quantiles = stage.latency[metric.name];
  if (!quantiles) return undefined;
  const lostShare = lostOf(metric.name, stage);
  if (lostShare > 0 && metric.share > 1 - lostShare) return Number.POSITIVE_INFINITY;
  return at(quantiles, metric.share);
}

/** The share of which there is no latency, since it never came: that took for ever. */
function lostOf(name: LatencyName, { deliveries, connections }: StageResult): number {
  const { asked, opened, ready } = connections;
  switch (name) {
    case 'connect':
      return asked > 0 ? 1 - opened / asked : 0;
    case 'subscribe':
      return opened > 0 ? 1 - ready / opened : 0;
    case 'delivery':
    case 'last':
    case 'first':
    case 'service':
      return deliveries.owed > 0 ? deliveries.lost / deliveries.owed : 0;
    default:
      return 0;
  }
}

function floorAt(share: number, { floor }: StageResult): number | undefined {
  const known = [floor.before, floor.after].filter((one) => one !== null);
  if (known.length === 0) return undefined;
  return Math.max(...known.map((one) => at(one, share)));
}

function at(quantiles: Quantiles, share: number): number {
  if (share >= 1) return quantiles.max;
  const histogram = new Histogram();
  histogram.addPairs(quantiles.pairs, quantiles.overflow);
  return histogram.quantile(share);
}

function countOf(name: CountName, stage: StageResult): number | undefined {
  const { deliveries, connections, publishes, rate, intruders, recovery, burst, steady, system } = stage;
  switch (name) {
    case 'delivered':
      return deliveries.owed === 0 ? undefined : (100 * deliveries.received) / deliveries.owed;
    case 'lost':
    case 'duplicated':
    case 'reordered':
    case 'ghosts':
    case 'leaks':
    case 'changed':
      return deliveries[name];
    case 'connected':
      return connections.asked === 0 ? undefined : (100 * connections.ready) / connections.asked;
    case 'dropped':
      return connections.dropped;
    case 'unknown':
      return publishes.unknown;
    case 'achieved':
      return rate.publishesOffered === 0
        ? undefined
        : Math.min(100, (100 * rate.publishesAchieved) / rate.publishesOffered);
    case 'wrong-accepts':
      return intruders?.badIn;
    case 'wrong-refusals':
      return intruders?.goodOut;
    case 'steady':
      return steady.judged ? Number(steady.steady) : undefined;
    case 'recovery.p50':
      return recovery === null ? undefined : (recovery.p50 ?? Number.POSITIVE_INFINITY);
    case 'recovery.p99':
      return recovery === null ? undefined : (recovery.p99 ?? Number.POSITIVE_INFINITY);
    case 'back':
      return burst === undefined ? undefined : (burst.backMs ?? Number.POSITIVE_INFINITY);
    case 'memory-growth': {
      const rss = system.map((sample) => sample.rss.server).filter((value) => value !== undefined);
      const [first] = rss;
      const last = rss.at(-1);
      return first === undefined || last === undefined || rss.length < 2
        ? undefined
        : (100 * (last - first)) / first;
    }
  }
}

/** Metrics that only one behaviour has anything to tell of, and what is said of the others. */
const ofBehaviour: Readonly<Partial<Record<CountName, string>>> = {
  'wrong-accepts': 'nobody tried to get in',
  'wrong-refusals': 'nobody tried to get in',
  'recovery.p50': 'nobody was cut off',
  'recovery.p99': 'nobody was cut off',
  back: 'there was no burst',
};

function whyNot(metric: Metric, stage: StageResult): string {
  const other = metric.kind === 'count' ? ofBehaviour[metric.name] : undefined;
  if (other !== undefined) return other;
  if (metric.kind === 'count' && metric.name === 'memory-growth')
    return 'nothing tells of the server: the target file has no observe: { pid | command }, or that printed nothing';
  if (metric.kind === 'count' && metric.name === 'steady')
    return 'fewer than eight seconds, or a load that changes';
  if (metric.kind === 'latency' && metric.name === 'subscribe' && stage.shape.space) {
    return 'a space stream tells nobody that it has begun';
  }
  if (stage.publishes.planned === 0) return 'nothing was published';
  return 'nothing was measured';
}

function compare(value: number, operator: Gate['operator'], limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '==':
      return Math.abs(value - limit) < 1e-9;
  }
}

function round(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}
