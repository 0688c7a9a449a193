import { hostile } from '../../report/sample-run.ts';
import type { StageShape } from '../plan/load-plan.ts';
import { ofHistogram } from '../verdict/latencies.ts';
import type {
  Advice,
  GateResult,
  LoadResult,
  Quantiles,
  StageResult,
  TrustCheck,
  Window,
} from '../verdict/load-result.ts';
import { Histogram } from '../wire/histogram.ts';

/**
 * Results of load runs, written by hand, for tests: one of each verdict. Their numbers go with one another, and
 * nothing of them was ever measured.
 * @module
 */

/** Latencies of a shape that real ones have: a body around `middle` milliseconds and a tail to about six times that. */
export function spread(middle: number, count = 1000): Quantiles {
  const histogram = new Histogram();
  for (let at = 0; at < count; at++) {
    const share = (at + 0.5) / count;
    histogram.add(middle * (0.5 + share + share ** 40 * 4.5));
  }
  const quantiles = ofHistogram(histogram);
  if (!quantiles) throw new Error('a distribution of nothing');
  return quantiles;
}

function shapeOf(subscribers: number): StageShape {
  return {
    name: String(subscribers),
    ...{ subscribers, channels: 1, spread: 'even', connectRate: 100, warmup: 100, holdMs: 0, padding: 0 },
    pace: [{ rate: 20, publishes: 1000 }],
    behaviour: { kind: 'steady' },
  };
}

/** Seconds of a stage: nothing arrived in the seconds 21 and 22, nor in 40 and 42, between which there is one alone. */
function windowsOf(subscribers: number, middle: number): Window[] {
  return Array.from({ length: 50 }, (_, second) => {
    const isGap = [21, 22, 40, 42].includes(second);
    const wave = 1 + 0.2 * Math.sin(second / 3);
    const [p50, p90, p99, max] = isGap
      ? [null, null, null, null]
      : [middle * wave, middle * 1.4 * wave, middle * 1.9 * wave, middle * 6 * wave];
    const deliveries = isGap ? 0 : 20 * subscribers;
    return {
      ...{ second, publishes: 20, count: isGap ? 0 : 20 * 20, p50, p90, p99, max },
      ...{ connections: subscribers, deliveries },
    };
  });
}

/** A stage of so many subscribers, whose deliveries take around `middle` milliseconds. */
export function stageOf(subscribers: number, middle: number, more: Partial<StageResult> = {}): StageResult {
  const owed = 1100 * subscribers;
  return {
    name: String(subscribers),
    shape: shapeOf(subscribers),
    startedAt: '2026-01-01T00:00:20.000Z',
    durationMs: 55_000,
    connections: {
      ...{ asked: subscribers, opened: subscribers, ready: subscribers, refused: { 401: 0, 429: 3 } },
      ...{ closedByServer: { 1001: 4, 4009: 1 }, dropped: 0, pending: 0 },
    },
    publishes: { planned: 1100, sent: 1100, acknowledged: 1100, unknown: 0, warmup: 100 },
    deliveries: {
      ...{ owed, received: owed, lost: 0, duplicated: 0, reordered: 0 },
      ...{ ghosts: 0, leaks: 0, changed: 0, indeterminate: 7 },
    },
    rate: {
      ...{ publishesOffered: 20, publishesAchieved: 19.98 },
      ...{ deliveriesOffered: 20 * subscribers, deliveriesAchieved: 19.98 * subscribers },
    },
    latency: {
      delivery: spread(middle, 20_000),
      last: spread(middle * 1.6),
      first: spread(middle * 0.4),
      service: spread(middle * 0.98, 20_000),
      connect: spread(3, subscribers),
      subscribe: spread(1.5, subscribers),
      acknowledge: spread(2),
      lateness: spread(0.2),
      bulk: spread(middle * 1.3, 20_000),
    },
    positions: {
      first: spread(middle * 0.4, 7000),
      middle: spread(middle, 7000),
      last: spread(middle * 1.5, 6000),
    },
    sentinel: spread(middle * 0.95, 20_000),
    floor: { before: spread(0.5), after: spread(0.6) },
    blind: spread(middle * 0.9),
    steady: { judged: true, steady: true, slope: 0.001, low: -0.002, high: 0.004, growth: 0.05 },
    windows: windowsOf(subscribers, middle),
    system: Array.from({ length: 50 }, (_, second) => ({
      ...{ second, cpu: { target: 0.4, k6: 0.3 }, rss: { target: 90e6, k6: 130e6 }, busy: 0.45 },
      pressure: second === 0 ? null : 2.5,
    })),
    lag: Array.from({ length: 50 }, (_, second) => ({ second, p50: 0.2, p99: 2.1, max: 4 })),
    intruders: null,
    recovery: null,
    monitors: { seen: 22_000, judged: 22_000, skipped: 0 },
    marks: [{ second: 5, what: 'end of warm-up' }],
    ...more,
  };
}

function gateOf(gate: string, stage: string, more: Partial<GateResult>): GateResult {
  return {
    ...{ gate, stage, from: 'profile', value: 100, limit: 100, unit: '%', outcome: 'passed', atMost: false },
    reason: 'all that was owed arrived',
    ...more,
  };
}

function trustOf(id: string, stage: string, more: Partial<TrustCheck> = {}): TrustCheck {
  return {
    ...{ id, stage, title: 'publishes are sent when they are due (p99)', value: 0.4, limit: 3, unit: 'ms' },
    ...{ ok: true, advice: 'leave the publisher a core of its own' },
    ...more,
  };
}

const names = ['50', '200', '500'] as const;

/** What the last stage of a run comes to at the gate on `last.p99`. */
function lastP99(middle: number): number {
  return spread(middle * 1.6).p99;
}

/** A run that passed. The last stage's numbers are clear of the floor, the first one's are not. */
export const passedLoad: LoadResult = {
  format: 'plumbline-load/1',
  tool: { name: 'plumbline', version: '1.2.3' },
  id: '20260101-000000-fanout-7',
  profile: { id: 'fanout', title: 'latency of a fan-out, by subscribers' },
  command: 'npm run load -- fanout --seed 7',
  seed: 7,
  target: { name: 'modelbeam', surface: 'pusher', dialect: 'modelbeam', at: 'the embedded server' },
  driver: 'k6',
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 245_000,
  verdict: 'pass',
  exit: 0,
  reason: 'every gate holds at 500 subscribers',
  findings: [],
  trust: names.flatMap((stage) => [
    trustOf('publisher-lateness', stage),
    trustOf('probe-beside-sentinel', stage, {
      ...{ title: 'probes are as fast as the bare reader (p99)', value: 8.1, limit: 10.9 },
      advice: 'leave the probes a core of their own',
    }),
    trustOf('floor-quiet', stage, {
      ...{ title: 'the floor is the same before and after', value: 20, limit: 50, unit: '%' },
      advice: 'let nothing else run on this machine',
    }),
  ]),
  gates: [
    ...names.flatMap((stage) => [
      gateOf('delivered = 100%', stage, {}),
      gateOf('duplicated = 0', stage, { value: 0, limit: 0, unit: '', reason: 'none' }),
    ]),
    gateOf('last.p99 < 50ms', '50', {
      ...{
        from: 'slo',
        value: lastP99(0.6),
        limit: 50,
        unit: 'ms',
        atMost: true,
        reason: 'below twice the floor',
      },
    }),
    gateOf('last.p99 < 50ms', '500', { from: 'slo', value: lastP99(7), limit: 50, unit: 'ms', reason: '' }),
    gateOf('rss.growth < 10%', '500', {
      ...{ value: null, limit: 10, outcome: 'not observed', reason: 'the target file has no observe' },
    }),
  ],
  stages: [stageOf(50, 0.6), stageOf(200, 3), stageOf(500, 7)],
  notOffered: [{ stage: '5000', reason: '100 000 deliveries/s are above half of the ceiling' }],
  ceiling: {
    ...{ deliveriesPerSecond: 40_000, atLeast: false, measuredAt: '2026-01-01T00:00:00.000Z', cached: true },
    trials: [
      { deliveriesPerSecond: 40_000, valid: true, reason: '' },
      { deliveriesPerSecond: 80_000, valid: false, reason: 'probe p99 41 ms, bare reader 12 ms' },
    ],
  },
  comparison: null,
  environment: {
    ...{ cpu: 'A Processor', cores: 2, memoryBytes: 24 * 2 ** 30, kernel: 'Linux 6.1', node: 'v20.20.0' },
    ...{ k6: '1.8.1', harness: '1.2.3', openFiles: 20_000, fingerprint: '0123456789abcdef' },
  },
  complete: true,
};

/** A run that failed: too slow, something was lost, and slower than the other side. */
export const failedLoad: LoadResult = {
  ...passedLoad,
  verdict: 'fail',
  exit: 1,
  reason: 'last.p99 is 163 ms at 500 subscribers, limit 50 ms',
  gates: [
    ...passedLoad.gates.slice(0, 4),
    gateOf('delivered = 100%', '500', {
      ...{ value: 99.998, outcome: 'failed', reason: '11 of 550000 deliveries were lost' },
    }),
    gateOf('last.p99 < 50ms', '500', {
      ...{ from: 'slo', value: lastP99(23), limit: 50, unit: 'ms', outcome: 'failed', reason: 'too slow' },
    }),
    gateOf('last.p999 < 200ms', '500', {
      ...{ from: 'slo', value: Number.POSITIVE_INFINITY, limit: 200, unit: 'ms', outcome: 'failed' },
      reason: 'what was lost counts as never',
    }),
  ],
  stages: [
    stageOf(50, 0.6),
    stageOf(200, 3),
    stageOf(500, 23, {
      deliveries: {
        ...{ owed: 550_000, received: 549_989, lost: 11, duplicated: 0, reordered: 0 },
        ...{ ghosts: 0, leaks: 0, changed: 0, indeterminate: 0 },
      },
      steady: { judged: true, steady: false, slope: 0.4, low: 0.3, high: 0.5, growth: 20 },
    }),
  ],
  comparison: {
    ...{ against: 'before.json', repeats: 5, outcome: 'regression', reason: 'last.p99 is 2.4 times as much' },
    ratios: [
      { metric: '500 last.p99', ratio: 2.4, low: 2.1, high: 2.7, regression: true },
      { metric: '500 last.p50', ratio: 1.01, low: null, high: null, regression: false },
    ],
  },
};

/** A run of which nothing can be claimed: the generator was the limit. */
export const invalidLoad: LoadResult = {
  ...passedLoad,
  verdict: 'invalid',
  exit: 5,
  reason: 'the generator was the limit, so no number is claimed',
  trust: [
    ...passedLoad.trust.slice(0, 7),
    trustOf('loop-lag', '500', {
      ...{ title: 'the event loop of k6 keeps up (growth)', value: 85, limit: 5, ok: false },
      advice: 'stay under 25 000 deliveries/s, or take --driver node',
    }),
    trustOf('sentinel', '500', { title: 'the bare reader saw enough', value: null, limit: null, unit: '' }),
  ],
  gates: passedLoad.gates.map((one) =>
    one.outcome === 'passed'
      ? { ...one, outcome: 'withheld' as const, reason: 'the generator was the limit' }
      : one,
  ),
  stages: [
    stageOf(50, 0.6),
    stageOf(200, 3),
    stageOf(500, 7, {
      deliveries: {
        ...{ owed: 550_000, received: 541_886, lost: 8114, duplicated: 0, reordered: 0 },
        ...{ ghosts: 0, leaks: 0, changed: 0, indeterminate: 0 },
      },
    }),
  ],
};

/** A run that fails although its generator was starved: something leaked, which no generator can cause. */
export const leakedLoad: LoadResult = {
  ...invalidLoad,
  verdict: 'fail',
  exit: 1,
  reason: 'frames of another tenant were delivered',
  findings: [
    {
      ...{ kind: 'leak', stage: '500', count: 3 },
      ...{ expected: 'nothing of channel 1', actual: `3 frames of channel 1: ${hostile}` },
    },
    {
      ...{ kind: 'monitor', stage: '200', count: 1, requirement: 'P12' },
      ...{ expected: 'data as text', actual: 'data as an object' },
    },
  ],
};

/** A run that was stopped in the midst. */
export const incompleteLoad: LoadResult = {
  ...passedLoad,
  verdict: 'incomplete',
  exit: 3,
  reason: 'interrupted',
  gates: [],
  trust: passedLoad.trust.slice(0, 3),
  stages: [stageOf(50, 0.6), { ...stageOf(200, 3), unfinished: true }],
  complete: false,
};

const advice: Advice = {
  ...{ requirement: 'M14i', level: 'SHOULD', monitor: 'pusher/always/order', rule: 'twice', count: 2 },
  ...{ expected: 'each update once', actual: '{"progress":40}', where: 'probe 1' },
};

/** A run that passed, on a server that does what it should not, and monitors that do not run under load. */
export const advisedLoad: LoadResult = {
  ...passedLoad,
  stages: passedLoad.stages.map((stage) => ({
    ...stage,
    monitors: {
      ...stage.monitors,
      notRun: [
        { monitor: 'pusher/always/readings', reason: 'it judges nothing' },
        { monitor: 'pusher/always/owners', reason: 'it needs to know who submitted a job' },
      ],
      ...(stage.name === '50' ? {} : { advice: [advice] }),
    },
  })),
};

/** A run of whose every text somebody else had a say. */
export const hostileLoad: LoadResult = {
  ...leakedLoad,
  profile: { id: 'fanout', title: hostile },
  command: `npm run load -- fanout --target ${hostile}`,
  target: { ...leakedLoad.target, name: hostile, at: hostile },
  reason: hostile,
  gates: failedLoad.gates.map((one) => ({ ...one, stage: hostile, reason: hostile })),
  trust: invalidLoad.trust.map((one) => ({ ...one, stage: hostile, title: hostile, advice: hostile })),
  stages: leakedLoad.stages.map((one) => ({
    ...one,
    name: hostile,
    marks: [{ second: 3, what: hostile }],
    monitors: {
      ...one.monitors,
      notRun: [{ monitor: 'pusher/always/readings', reason: hostile }],
      advice: [{ ...advice, expected: hostile, actual: hostile }],
    },
  })),
  notOffered: [{ stage: hostile, reason: hostile }],
};

/** One of each verdict, and of a fail with bad numbers. */
export const sampleLoads = {
  pass: passedLoad,
  fail: failedLoad,
  invalid: invalidLoad,
  leaked: leakedLoad,
  incomplete: incompleteLoad,
} as const;
