import type { Json } from '../contract/json.ts';
import type { WireEvent } from '../wire/event.ts';

/** What one verb of a scene came to. */
export interface Step {
  readonly n: number;
  /** Name by which cases refer to it; unique in its recording. */
  readonly name: string;
  readonly verb: string;
  /** The requirement that a miss breaks, where it is the target's doing. */
  readonly owns?: string;
  readonly outcome: 'ok' | 'miss';
  /** Why it was missed, in words for a person. */
  readonly reason?: string;
  /** Events of the recording that the step rests on; for an await, the frames that were waited for. */
  readonly events: readonly number[];
  /** Position in the transcript when the step began and when it ended. */
  readonly from: number;
  readonly to: number;
}

/** A call that the harness made for a job, and what it carried. */
export interface Call {
  readonly verb: string;
  readonly body: Json;
  /** True where the target took it. */
  readonly accepted: boolean;
  /** Position in the transcript of the exchange, or of what stands for it. */
  readonly seq: number;
}

/** A job made by a scene. */
export interface Job {
  readonly name: string;
  readonly id: string;
  /** Space (emit) or channel (pusher) it belongs to. */
  readonly where: string;
  readonly nonce: string;
  readonly calls: readonly Call[];
  /** Position in the transcript when its creation was acknowledged. */
  readonly from: number;
  /** More, by surface: jobName, kind, expected number of updates. */
  readonly about: Readonly<Record<string, Json>>;
}

/** One of our connections, as cases see it. */
export interface PeerRecord {
  readonly name: string;
  /** What it is for, by surface: stream, scope, job, space, credential, channel. Never a secret. */
  readonly about: Readonly<Record<string, string>>;
}

/** How a scene came to its end. */
export type Ending =
  | { readonly kind: 'running' }
  | { readonly kind: 'done' }
  /** A step was missed that the rest needs. */
  | { readonly kind: 'stopped'; readonly reason: string }
  /** The scene itself is broken, or its surroundings: never the target's fault. */
  | { readonly kind: 'threw'; readonly reason: string }
  /** The target went away meanwhile; `alone`: while nothing else was asked of it, so that this scene killed it. */
  | { readonly kind: 'died'; readonly alone: boolean; readonly reason: string }
  | { readonly kind: 'interrupted' };

/** Everything that a scene did and saw: plain data, from which every case judges. */
export interface Recording {
  readonly scene: string;
  readonly target: string;
  /** Stands in every job that the scene makes; a frame that holds it was made for this scene. */
  readonly nonce: string;
  readonly startedAt: number;
  ending: Ending;
  readonly steps: Step[];
  readonly jobs: Record<string, Job & { calls: Call[] }>;
  readonly peers: Record<string, PeerRecord>;
  readonly events: WireEvent[];
  /** Planted texts by name: to be found nowhere but where they may be. */
  readonly canaries: Record<string, string>;
}
