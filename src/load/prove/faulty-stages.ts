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
  readonly surfaces: readonly SurfaceName[];
  readonly drivers: readonly ('k6' | 'node')[];
  readonly faults?: NullFaults;
  readonly meddling?: Meddling;
  readonly stage: Partial<StageShape>;
  /** By metric, as they stand in the profiles; all others hold, but for those of `mayFail`. */
  readonly fails: readonly string[];
  readonly mayFail?: readonly string[];
}

const all = ['pusher', 'emit', 'beam'] as const;
const both = ['k6', 'node'] as const;

/** Metrics that hang on how fast the machine is: where nothing slow was injected, they prove nothing either way. */
export const timedMetrics: ReadonlySet<string> = new Set([
  'achieved',
  'steady',
  'subscribe.p99',
  'connect.p99',
  'recovery.p99',
  'memory-growth',
]);

/** Fault by fault. The counts of each are held against the ledger, whatever it is about. */
export const faultyStages: readonly FaultyStage[] = [
  { id: 'nothing', surfaces: all, drivers: both, stage: {}, fails: [] },
  {
    id: 'loss',
    surfaces: ['pusher'],
    drivers: ['node'],
    faults: { drop: { oneIn: 20 } },
    stage: {},
    fails: ['lost', 'delivered'],
  },
  {
    id: 'duplication',
    surfaces: ['pusher'],
    drivers: ['node'],
    faults: { duplicate: { oneIn: 20 } },
    stage: {},
    fails: ['duplicated'],
  },
  {
    id: 'reorder',
    surfaces: ['pusher'],
    drivers: ['node'],
    faults: { reorder: { oneIn: 10 } },
    stage: { pace: [{ rate: 20, publishes: 80 }], warmup: 10 },
    fails: ['reordered'],
  },
  {
    id: 'changed payload',
    surfaces: ['pusher'],
    drivers: ['node'],
    faults: { change: { oneIn: 10 } },
    stage: {},
    fails: ['changed'],
  },
  {
    id: 'leaks',
    surfaces: ['pusher'],
    drivers: ['node'],
    faults: { wrongTenant: { oneIn: 20 } },
    stage: { channels: 3 },
    fails: ['leaks'],
  },
  {
    id: 'all of these at once',
    surfaces: all,
    drivers: both,
    faults: {
      drop: { oneIn: 30 },
      duplicate: { oneIn: 25 },
      reorder: { oneIn: 20, heldMs: 1000 },
      change: { oneIn: 15 },
      wrongTenant: { oneIn: 35 },
    },
    stage: { channels: 3, pace: [{ rate: 40, publishes: 160 }] },
    fails: ['lost', 'delivered', 'duplicated', 'changed', 'leaks'],
    mayFail: ['reordered'],
  },
  {
    id: 'ghosts',
    surfaces: ['pusher'],
    drivers: both,
    faults: { ghost: { oneIn: 1 } },
    stage: { behaviour: { kind: 'churn', sharePerSecond: 0.34 }, pace: [{ rate: 50, publishes: 250 }] },
    fails: ['ghosts'],
  },
  {
    id: 'eviction',
    surfaces: ['pusher', 'emit'],
    drivers: both,
    faults: { evict: { oneIn: 3, after: 60, code: 4200 } },
    stage: {},
    fails: ['dropped', 'lost', 'delivered'],
  },
  {
    id: '401s',
    surfaces: all,
    drivers: both,
    faults: { refuse: { share: 0.25, status: 401 } },
    stage: { subscribers: 24 },
    fails: ['connected'],
  },
  {
    id: 'wrong accepts',
    surfaces: all,
    drivers: both,
    faults: { acceptBad: { oneIn: 3 } },
    stage: { behaviour: { kind: 'intruders', rate: 20, badShare: 0.5 } },
    fails: ['wrong-accepts'],
  },
  {
    id: 'wrong refusals',
    surfaces: ['pusher'],
    drivers: ['node'],
    faults: { refuse: { share: 0.25, status: 401 } },
    stage: { behaviour: { kind: 'intruders', rate: 20, badShare: 0.5 } },
    fails: ['wrong-refusals'],
    mayFail: ['connected'],
  },
  {
    id: 'a server that dies',
    surfaces: ['pusher'],
    drivers: ['node'],
    meddling: 'killed',
    stage: {},
    fails: ['unknown', 'dropped'],
    mayFail: ['lost', 'delivered'],
  },
  {
    id: 'a server that is too slow',
    surfaces: ['pusher'],
    drivers: ['node'],
    // 12 deliveries of 5 ms are 60 ms of work every 25 ms: more than any order of serving it could hide.
    faults: { serviceTime: 5000 },
    stage: { pace: [{ rate: 40, publishes: 400 }], warmup: 5 },
    fails: ['steady', 'achieved'],
    mayFail: ['unknown'],
  },
  {
    id: 'a server whose memory grows',
    surfaces: ['pusher'],
    drivers: ['node'],
    faults: { hoard: 3 << 20 },
    stage: {},
    fails: ['memory-growth'],
  },
  {
    id: 'some never let in again',
    surfaces: ['pusher'],
    drivers: ['node'],
    faults: { refuse: { share: 0.3, status: 503 } },
    stage: { subscribers: 24, behaviour: { kind: 'storm', jitterMs: 0 } },
    fails: ['recovery.p99'],
    mayFail: ['connected', 'lost', 'delivered', 'dropped'],
  },
  {
    id: 'a stall while some join',
    surfaces: ['pusher'],
    drivers: ['node'],
    faults: { stall: { forMs: 2000, everyMs: 4000 } },
    stage: { behaviour: { kind: 'churn', sharePerSecond: 0.5 }, pace: [{ rate: 25, publishes: 200 }] },
    fails: ['subscribe.p99'],
    // What is written in one go after a stall finds some who have left meanwhile.
    mayFail: ['ghosts'],
  },
  {
    id: 'a stop while some connect',
    surfaces: ['pusher'],
    drivers: ['node'],
    meddling: 'paused while connecting',
    stage: { subscribers: 30, connectRate: 6, pace: [], warmup: 0, holdMs: 500 },
    fails: ['connect.p99'],
  },
];
