import type { SurfaceName } from '../../contract/requirement.ts';
import type { NullFaults } from '../null/options.ts';
import type { StageShape } from '../plan/load-plan.ts';

/** What a server cannot do wrong by itself, and is done to its process. */
export type Meddling =
  /** Ended for good, amidst the publishes. */
  | 'killed'
  /** Stopped for 1.5 s while subscribers connect. */
  | 'paused while connecting';

/** A stage, what goes wrong in it, and which gates must not hold because of it. */
export interface FaultyStage {
  readonly id: string;
  /** Where it is performed with which driver: k6 and Node account by the same code, so not all is done twice. */
  readonly on: Readonly<Partial<Record<'k6' | 'node', readonly SurfaceName[]>>>;
  readonly faults?: NullFaults;
  readonly meddling?: Meddling;
  readonly stage: Partial<StageShape>;
  /** By metric, as they stand in the profiles; all others hold, but for those of `mayFail`. */
  readonly fails: readonly string[];
  readonly mayFail?: readonly string[];
}

const all = ['pusher', 'emit', 'beam'] as const;
const pusher = ['pusher'] as const;
const pusherOnNode = { node: pusher } as const;

const everything: NullFaults = {
  drop: { oneIn: 30 },
  duplicate: { oneIn: 25 },
  reorder: { oneIn: 20, heldMs: 1000 },
  change: { oneIn: 15 },
  wrongTenant: { oneIn: 35 },
};

/** Metrics that hang on how fast the machine is: where nothing slow was injected, they prove nothing either way. */
export const timedMetrics: ReadonlySet<string> = new Set([
  'achieved',
  'steady',
  'subscribe.p99',
  'connect.p99',
  'recovery.p99',
  'back',
  'memory-growth',
]);

/** Fault by fault. The counts of each are held against the ledger, whatever it is about. */
export const faultyStages: readonly FaultyStage[] = [
  { id: 'nothing', on: { node: all, k6: pusher }, stage: {}, fails: [] },
  {
    id: 'loss',
    on: pusherOnNode,
    faults: { drop: { oneIn: 20 } },
    stage: {},
    fails: ['lost', 'delivered'],
  },
  {
    id: 'duplication',
    on: pusherOnNode,
    faults: { duplicate: { oneIn: 20 } },
    stage: {},
    fails: ['duplicated'],
  },
  {
    id: 'reorder',
    on: pusherOnNode,
    faults: { reorder: { oneIn: 10, heldMs: 1000 } },
    stage: { pace: [{ rate: 20, publishes: 80 }], warmup: 10 },
    fails: ['reordered'],
  },
  {
    id: 'changed payload',
    on: pusherOnNode,
    faults: { change: { oneIn: 10 } },
    stage: {},
    fails: ['changed'],
  },
  {
    id: 'leaks',
    on: pusherOnNode,
    faults: { wrongTenant: { oneIn: 20 } },
    stage: { channels: 3 },
    fails: ['leaks'],
  },
  {
    id: 'all of these at once',
    on: { node: all, k6: all },
    faults: everything,
    stage: { channels: 3, pace: [{ rate: 40, publishes: 160 }] },
    fails: ['lost', 'delivered', 'duplicated', 'changed', 'leaks'],
    mayFail: ['reordered'],
  },
  {
    id: 'nothing on the streams of spaces',
    on: { node: ['emit'] },
    stage: { channels: 2, space: { jobs: 5 } },
    fails: [],
  },
  {
    id: 'all of these at once on the streams of spaces',
    on: { node: ['emit'], k6: ['emit'] },
    faults: everything,
    stage: { channels: 2, space: { jobs: 3 }, pace: [{ rate: 40, publishes: 160 }] },
    fails: ['lost', 'delivered', 'duplicated', 'changed', 'leaks'],
    mayFail: ['reordered'],
  },
  {
    id: 'viewers of a space that come and go',
    on: { node: ['emit'] },
    stage: {
      ...{ space: { jobs: 5 }, behaviour: { kind: 'churn', sharePerSecond: 0.34 } },
      pace: [{ rate: 50, publishes: 250 }],
    },
    fails: [],
  },
  {
    id: 'wrong accepts on the stream of a space',
    on: { node: ['emit'] },
    faults: { acceptBad: { oneIn: 3 } },
    stage: { space: { jobs: 5 }, behaviour: { kind: 'intruders', rate: 20, badShare: 0.5 } },
    fails: ['wrong-accepts'],
  },
  {
    id: 'ghosts',
    on: { node: pusher, k6: pusher },
    faults: { ghost: { oneIn: 1 } },
    stage: { behaviour: { kind: 'churn', sharePerSecond: 0.34 }, pace: [{ rate: 50, publishes: 250 }] },
    fails: ['ghosts'],
  },
  {
    id: 'eviction',
    on: { node: ['pusher', 'emit'], k6: pusher },
    faults: { evict: { oneIn: 3, after: 60, code: 4200 } },
    stage: {},
    fails: ['dropped', 'lost', 'delivered'],
  },
  {
    id: '401s',
    on: { node: all, k6: ['emit'] },
    faults: { refuse: { share: 0.25, status: 401 } },
    stage: { subscribers: 24 },
    fails: ['connected'],
  },
  {
    id: 'wrong accepts',
    on: { node: all, k6: ['pusher', 'beam'] },
    faults: { acceptBad: { oneIn: 3 } },
    stage: { behaviour: { kind: 'intruders', rate: 20, badShare: 0.5 } },
    fails: ['wrong-accepts'],
  },
  {
    id: 'wrong refusals',
    on: pusherOnNode,
    faults: { refuse: { share: 0.25, status: 401 } },
    stage: { behaviour: { kind: 'intruders', rate: 20, badShare: 0.5 } },
    fails: ['wrong-refusals'],
    mayFail: ['connected'],
  },
  {
    id: 'a server that dies',
    on: pusherOnNode,
    meddling: 'killed',
    stage: {},
    fails: ['unknown', 'dropped'],
    mayFail: ['lost', 'delivered'],
  },
  {
    id: 'a server that is too slow',
    on: pusherOnNode,
    // 12 deliveries of 5 ms are 60 ms of work every 40 ms.
    faults: { serviceTime: 5000 },
    stage: { pace: [{ rate: 25, publishes: 150 }], warmup: 5 },
    fails: ['achieved'],
    mayFail: ['unknown'],
  },
  {
    id: 'a server that falls behind',
    // A third comes more than goes, in one queue; requests are answered at once, so that nothing slows the publisher.
    on: { node: ['beam'] },
    faults: { spacing: 30_000 },
    stage: { pace: [{ rate: 50, publishes: 500 }], warmup: 0 },
    fails: ['steady'],
  },
  {
    id: 'a server whose fan-out falls behind',
    on: { k6: pusher },
    faults: { spacing: 2500 },
    stage: { pace: [{ rate: 50, publishes: 450 }], warmup: 0 },
    fails: ['steady'],
  },
  {
    id: 'a server that a burst leaves behind',
    on: pusherOnNode,
    faults: { spacing: 2000 },
    stage: {
      pace: [
        { rate: 20, publishes: 40 },
        { rate: 200, publishes: 200 },
        { rate: 20, publishes: 40 },
      ],
      warmup: 0,
    },
    fails: ['back'],
    mayFail: ['delivered', 'lost'],
  },
  {
    id: 'a server whose memory grows',
    on: pusherOnNode,
    faults: { hoard: 3 << 20 },
    stage: {},
    fails: ['memory-growth'],
  },
  {
    id: 'some never let in again',
    on: pusherOnNode,
    faults: { refuse: { share: 0.3, status: 503 } },
    stage: { subscribers: 24, behaviour: { kind: 'storm', jitterMs: 0 } },
    fails: ['recovery.p99'],
    mayFail: ['connected', 'lost', 'delivered', 'dropped'],
  },
  {
    id: 'a stall while some join',
    on: pusherOnNode,
    faults: { stall: { forMs: 2000, everyMs: 4000 } },
    stage: { behaviour: { kind: 'churn', sharePerSecond: 0.5 }, pace: [{ rate: 25, publishes: 200 }] },
    fails: ['subscribe.p99'],
    // What is written in one go after a stall finds some who have left meanwhile.
    mayFail: ['ghosts'],
  },
  {
    id: 'a stop while some connect',
    on: pusherOnNode,
    meddling: 'paused while connecting',
    stage: { subscribers: 120, connectRate: 30, pace: [], warmup: 0, holdMs: 500 },
    fails: ['connect.p99'],
  },
];
