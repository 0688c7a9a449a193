/**
 * What is to be done again on a server: each act of ours when all has come that had come before it in the recording.
 * @module
 */

/** Where in a message that comes a value is found that later acts bear: its place, and what it was in the recording. */
export interface Learned {
  readonly path: readonly (string | number)[];
  readonly was: string;
}

/** A text of ours, the values in it that have others now, and signatures that must be made anew. */
export interface Text {
  readonly text: string;
  readonly uses: readonly string[];
  readonly signatures: readonly { readonly was: string; readonly of: string }[];
}

/**
 * What must be signed anew in the query of a request, for its signature was right. Such a request is good for some minutes
 * only: one that was dated by its clock is dated by the clock again.
 */
export interface Resigning {
  /** The query bears the right hash of the body. */
  readonly body: boolean;
  /** Seconds from when it was asked to its date; absent where that is no number. */
  readonly dated?: number;
}

/** What we do. */
export type Act =
  | {
      readonly do: 'dial';
      readonly peer: string;
      readonly url: Text;
      readonly headers: Readonly<Record<string, string>>;
      readonly protocol?: string;
      readonly compress: boolean;
      readonly autoPong: boolean;
    }
  | { readonly do: 'send'; readonly peer: string; readonly message: Text; readonly binary: boolean }
  | { readonly do: 'ping'; readonly peer: string }
  | { readonly do: 'close'; readonly peer: string; readonly code: number }
  | {
      readonly do: 'ask';
      readonly id: number;
      readonly method: string;
      readonly url: Text;
      readonly headers: Readonly<Record<string, Text>>;
      readonly body?: Text;
      readonly resign?: Resigning;
    };

/** What came of it, and is waited for. */
export type Arrival =
  /** 101, or the status of a refusal. */
  | { readonly await: 'answer'; readonly peer: string; readonly status: number }
  | {
      readonly await: 'frame';
      readonly peer: string;
      readonly count: number;
      readonly learn: readonly Learned[];
    }
  | { readonly await: 'pong'; readonly peer: string; readonly count: number }
  | { readonly await: 'closed'; readonly peer: string }
  | {
      readonly await: 'reply';
      readonly id: number;
      readonly status: number;
      readonly learn: readonly Learned[];
    }
  | { readonly await: 'webhook'; readonly path: string; readonly count: number };

/** One or the other, in the order of the recording. */
export type Line = Act | Arrival;

/** One scene, to be done again. */
export interface SceneScript {
  readonly id: string;
  readonly alone: boolean;
  /** Spaces that it had for itself. */
  readonly spaces: readonly string[];
  /** Requests whose updates are this scene's: others come on the same channel. */
  readonly requests: readonly string[];
  readonly lines: readonly Line[];
  /** The pings and closes of the drain, when all scenes are done. */
  readonly drain: readonly Line[];
  /** What webhooks are answered with, by path, in order. */
  readonly webhooks: Readonly<Record<string, readonly number[]>>;
}

/** All that was done on one target. */
export interface TargetScript {
  readonly name: string;
  /** Of the app, to sign with; absent on surfaces without one. */
  readonly secret?: string;
  /** `host:port` of the recorded run, and of its receiver of webhooks. */
  readonly was: string;
  readonly sinkWas?: string;
  readonly scenes: readonly SceneScript[];
}
