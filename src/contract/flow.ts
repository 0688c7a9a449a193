import type { Json } from './json.ts';
import type { SurfaceName } from './requirement.ts';

/** Who makes the job move: exact steps, or a server that goes its own way within bounds. */
export type Actor = 'worker' | 'server' | 'handler' | 'publisher';

/** One step of a flow. Waiting matches job and type only; `expect` is judged afterwards. */
export interface FlowStep {
  /** A driver's verb; `clock` lets the job's timer run out. Absent: only wait. */
  readonly verb?: string;
  /** What the verb carries; `$name` stands for a planted canary. */
  readonly with?: Json;
  /** Event type (emit), status (pusher) or reply (beam) that must follow. */
  readonly await?: string;
  /** Fields that must be equal. */
  readonly expect?: Json;
  /** The requirement that a missing event breaks. */
  readonly owns?: string;
  /** Repeats the step. */
  readonly times?: number;
  /** Pattern bounds for `actor: server`. */
  readonly min?: number;
  readonly max?: number;
}

/** A scene written as data: a job's way through its states, performed once per variant and target. */
export interface Flow {
  readonly id: string;
  readonly surface: SurfaceName;
  readonly title: string;
  readonly actor: Actor;
  readonly dialects?: readonly string[];
  readonly job: Readonly<Record<string, Json>>;
  readonly plant: readonly string[];
  readonly steps: readonly FlowStep[];
  readonly variants: readonly string[];
  readonly needs: readonly string[];
  readonly at: string;
}
