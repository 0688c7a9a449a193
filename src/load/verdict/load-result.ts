import type { SurfaceName } from '../../contract/requirement.ts';
import type { StageShape } from '../plan/load-plan.ts';

/**
 * The result of a load run, `plumbline-load/1` (specs/formats/load-result.schema.json): what `result.json` holds and
 * what every report is made from. Latencies in milliseconds, rates per second. Names are a public contract: add, do
 * not rename.
 * @module
 */
export interface LoadResult {
  readonly format: 'plumbline-load/1';
  readonly tool: { readonly name: 'plumbline'; readonly version: string };
  /** Of this run, and of its folder. */
  readonly id: string;
  readonly profile: { readonly id: string; readonly title: string };
  /** The command to run it again, with its seed. */
  readonly command: string;
  readonly seed: number;
  readonly target: {
    readonly name: string;
    readonly surface: SurfaceName;
    readonly dialect: string;
    /** `file:line`, or what was started for it. */
    readonly at: string;
  };
  readonly driver: 'k6' | 'node';
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly verdict: 'pass' | 'fail' | 'invalid' | 'incomplete';
  readonly exit: 0 | 1 | 3 | 5;
  /** One sentence. */
  readonly reason: string;
  /** What no generator can cause: these fail even an invalid run. */
  readonly findings: readonly LoadFinding[];
  /** Whether the numbers are the server's. */
  readonly trust: readonly TrustCheck[];
  readonly gates: readonly GateResult[];
  readonly stages: readonly StageResult[];
  /** Stages that the generator could not have carried, and were not tried. */
  readonly notOffered: readonly { readonly stage: string; readonly reason: string }[];
  readonly ceiling: Ceiling | null;
  readonly comparison: Comparison | null;
  /** Of `load saturate`: what the search for the most that the server bears came to. */
  readonly saturation?: Saturation;
  readonly environment: Environment;
  /** False where the run did not come to its end. */
  readonly complete: boolean;
}

export interface LoadFinding {
  readonly kind: 'leak' | 'ghost' | 'wrong accept' | 'changed payload' | 'monitor';
  readonly stage: string;
  readonly count: number;
  /** Of a monitor. */
  readonly requirement?: string;
  readonly expected: string;
  readonly actual: string;
}

/** One thing that must hold for the numbers to be claimed. */
export interface TrustCheck {
  readonly id: string;
  readonly stage: string;
  readonly title: string;
  readonly value: number | null;
  readonly limit: number | null;
  readonly unit: string;
  readonly ok: boolean;
  /** What to do where it is not. */
  readonly advice: string;
}

export interface GateResult {
  /** As it was written: `last.p99 < 50ms`. */
  readonly gate: string;
  /** `profile` or `--slo`. */
  readonly from: 'profile' | 'slo';
  readonly stage: string;
  readonly value: number | null;
  readonly limit: number;
  readonly unit: string;
  readonly outcome: 'passed' | 'failed' | 'withheld' | 'not observed';
  /** True where the value is below twice the floor: it is at most that. */
  readonly atMost: boolean;
  readonly reason: string;
}

/** A distribution. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** Bucket and count in turn, as `Histogram.pairs` (wire/histogram.ts). */
  readonly pairs: readonly number[];
  readonly overflow: number;
}

/** Names of the latencies, which are also names for gates and SLOs. */
export const latencyNames = [
  /** Each delivery to a probe, from the intended moment of its publish. */
  'delivery',
  /** Of each publish, the last probe to have it. */
  'last',
  /** Of each publish, the first. */
  'first',
  /** Each delivery to a probe, from the moment its publish was really sent. */
  'service',
  /** From dialling to the open connection: of probes where nothing is published, else of all, the generator's own delay included. */
  'connect',
  /** From the open connection to ready; of the same. */
  'subscribe',
  /** From sending a publish to its acknowledgement. */
  'acknowledge',
  /** From dialling with a bad token to the refusal. */
  'refusal',
  /** How late publishes were sent. The generator's own. */
  'lateness',
  /** All deliveries to the generator, its own delay included. */
  'bulk',
] as const;
export type LatencyName = (typeof latencyNames)[number];

export interface StageResult {
  readonly name: string;
  readonly shape: StageShape;
  /** ISO 8601 moment of the first publish, or of the first connection. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** True where it did not come to its end: its counts are not known, its latencies are of what was seen until then. */
  readonly unfinished?: true;
  readonly connections: {
    readonly asked: number;
    readonly opened: number;
    /** Of those that were dialled twice, no more than the generator may have caused. */
    readonly ready: number;
    /** Dialled once more, since k6 may have lost the first answer; absent: none was. */
    readonly redialled?: number;
    /** Status → how many. `0`: no answer. */
    readonly refused: Readonly<Record<string, number>>;
    /** Close code → how many that the server closed. */
    readonly closedByServer: Readonly<Record<string, number>>;
    /** Server closes while there was something to come. */
    readonly dropped: number;
    readonly pending: number;
  };
  readonly publishes: {
    readonly planned: number;
    readonly sent: number;
    readonly acknowledged: number;
    /** Without a 2xx: whether they were published is not known. */
    readonly unknown: number;
    readonly warmup: number;
  };
  readonly deliveries: {
    readonly owed: number;
    readonly received: number;
    readonly lost: number;
    readonly duplicated: number;
    readonly reordered: number;
    readonly ghosts: number;
    readonly leaks: number;
    readonly changed: number;
    /** Neither owed nor forbidden: around joining and leaving, or of an unknown publish. */
    readonly indeterminate: number;
  };
  readonly rate: {
    readonly publishesOffered: number;
    readonly publishesAchieved: number;
    readonly deliveriesOffered: number;
    readonly deliveriesAchieved: number;
  };
  readonly latency: Readonly<Partial<Record<LatencyName, Quantiles>>>;
  /** Deliveries by join position of the probe. */
  readonly positions: Readonly<Partial<Record<'first' | 'middle' | 'last', Quantiles>>>;
  /** Deliveries as the bare socket reader saw them. */
  readonly sentinel: Quantiles | null;
  /** Receipt less the null server's own write, at this shape: before and after. */
  readonly floor: { readonly before: Quantiles | null; readonly after: Quantiles | null };
  /** What a publisher that waits for each delivery would have recorded. */
  readonly blind: Quantiles | null;
  readonly steady: {
    readonly judged: boolean;
    readonly steady: boolean;
    /** p50 per second, milliseconds per second, with its 95 % interval. */
    readonly slope: number;
    readonly low: number;
    readonly high: number;
    /** From the first to the last fitted value, milliseconds. */
    readonly growth: number;
  };
  /** One per second since `startedAt`. A second in which nothing arrived has count 0 and null for its latencies. */
  readonly windows: readonly Window[];
  readonly system: readonly {
    readonly second: number;
    readonly cpu: Readonly<Record<string, number>>;
    readonly rss: Readonly<Record<string, number>>;
    readonly busy: number;
    readonly pressure: number | null;
  }[];
  readonly lag: readonly {
    readonly second: number;
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
  }[];
  readonly intruders: {
    readonly goodIn: number;
    readonly goodOut: number;
    readonly badIn: number;
    readonly badOut: number;
  } | null;
  /** What the stage did to the generator's subscribers; not there where it did nothing of the kind. */
  readonly turnover?: {
    /** Unsubscribed or closed, as they were told. */
    readonly left: number;
    /** Cut off, all at once. */
    readonly cut: number;
    /** Ready in the place of one that had left or was cut. */
    readonly back: number;
    /** Stopped reading. */
    readonly asleep: number;
  };
  /** Messages of this run that the generator's subscribers got, and their length in bytes, framing apart. */
  readonly traffic?: { readonly messages: number; readonly bytes: number };
  /** Storm: milliseconds until half, 99 of 100 and all were back; null: never. */
  readonly recovery: {
    readonly p50: number | null;
    readonly p99: number | null;
    readonly all: number | null;
  } | null;
  /**
   * The last receivers before, in and after a burst, and how many milliseconds after its end their median was as before
   * again; null: never. Absent where there is none.
   */
  readonly burst?: {
    readonly before: Quantiles | null;
    readonly during: Quantiles | null;
    readonly after: Quantiles | null;
    readonly backMs: number | null;
  };
  /** Frames that probes saw, that the monitors judged, and that were not handed on. */
  readonly monitors: {
    readonly seen: number;
    readonly judged: number;
    readonly skipped: number;
    /** Monitors of the surface that do not run under load, and why. */
    readonly notRun?: readonly { readonly monitor: string; readonly reason: string }[];
    /** What should not be, and decides nothing. */
    readonly advice?: readonly Advice[];
  };
  readonly marks: readonly { readonly second: number; readonly what: string }[];
}

/** A SHOULD that a monitor found broken. */
export interface Advice {
  readonly requirement: string;
  readonly level: 'MUST' | 'SHOULD';
  readonly monitor: string;
  readonly rule: string;
  readonly count: number;
  readonly expected: string;
  readonly actual: string;
  readonly where: string;
}

export interface Window {
  readonly second: number;
  readonly publishes: number;
  /** To probes. */
  readonly count: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  readonly connections: number;
  /** All deliveries, the generator's included. */
  readonly deliveries: number;
}

/** The highest rate of deliveries at which this machine's generator still told the truth. */
export interface Ceiling {
  readonly deliveriesPerSecond: number;
  /** True where no higher one was tried. */
  readonly atLeast: boolean;
  readonly trials: readonly {
    readonly deliveriesPerSecond: number;
    readonly valid: boolean;
    readonly reason: string;
    /** Percent of the median second, and of the worst, in which something waited for a CPU; absent: not observed. */
    readonly pressure?: { readonly p50: number; readonly max: number };
  }[];
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly cached: boolean;
}

/** How two sides compare. */
export interface Comparison {
  readonly against: string;
  readonly repeats: number;
  readonly outcome: 'no regression' | 'regression' | 'not judged' | 'not comparable';
  readonly reason: string;
  readonly ratios: readonly {
    readonly metric: string;
    readonly ratio: number;
    readonly low: number | null;
    readonly high: number | null;
    readonly regression: boolean;
  }[];
}

/** The highest value that held and the lowest that did not. */
export interface Saturation {
  readonly param: 'connections' | 'rate';
  readonly low: number;
  /** Null: none was found. */
  readonly high: number | null;
  readonly limitedBy: 'server' | 'generator' | 'bound';
  readonly confirmed: boolean;
  readonly reason: string;
  readonly trials: readonly {
    readonly value: number;
    readonly kind: 'explore' | 'confirm';
    readonly outcome: 'pass' | 'fail' | 'invalid';
    readonly reason: string;
  }[];
}

export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
  readonly k6: string | null;
  readonly harness: string;
  readonly openFiles: number;
  /** Of all that makes two runs comparable. */
  readonly fingerprint: string;
}
