import type { Json } from './json.ts';
import type { Ids } from './rules.ts';

/** How an auth endpoint refuses. */
export type Refused = { readonly status: number; readonly type: string } & (
  | { readonly json: Json }
  | { readonly text: string }
);

/** When a client may come back after a close, by the word that `closeCodes` has for it. */
export type ComesBack = 'never' | 'after-1s' | 'at-once';

/** What the documents decide about clients: `clients` of a surface's `rules.yaml`. Times in milliseconds. */
export interface PusherClientRules {
  /** How long is waited for a client to come back, or to do anything else that it has to do. */
  readonly windowMs: number;
  /** Which channel is its own, by whichever way it says so; and that it hears what is sent there. */
  readonly channel: { readonly own: Ids; readonly wire: Ids; readonly hears: Ids };
  /** What its address says, and that it says nothing before it is greeted. */
  readonly opening: {
    readonly query: Readonly<Record<string, Ids>>;
    readonly greeted: Ids;
    readonly heldMs: number;
  };
  readonly keepAlive: {
    readonly pong: Ids;
    readonly announced: {
      readonly requirements: Ids;
      readonly seconds: number;
      readonly toleranceMs: number;
    };
    readonly idle: {
      readonly requirements: Ids;
      /** What the server announces, and the longest gap there may be. */
      readonly seconds: number;
      readonly toleranceMs: number;
      readonly pings: number;
    };
  };
  readonly comesBack: {
    readonly never: { readonly requirements: Ids; readonly watchMs: number };
    readonly 'after-1s': { readonly requirements: Ids; readonly notBeforeMs: number };
    readonly 'at-once': { readonly requirements: Ids; readonly withinMs: number };
    /** Codes of the ranges that have no meaning of their own yet. */
    readonly unnamed: Readonly<Record<string, ComesBack>>;
  };
  readonly drops: {
    readonly unanswered: Ids;
    readonly greeted: Ids;
    readonly authorizedAnew: Ids;
    readonly gaps: number;
    /** How much longer each gap should be than the one before, and how much of that jitter may take. */
    readonly ratio: number;
    readonly jitter: number;
    readonly windowMs: number;
    readonly slowWindowMs: number;
  };
  /** Answers of an auth endpoint that grant nothing. */
  readonly refusals: Readonly<
    Record<string, Refused & { readonly says: string; readonly unsigned: Ids; readonly asksAgain: Ids }>
  >;
  readonly refusedSubscription: { readonly asksAgain: Ids };
  /** How long a client is watched that must not storm, and how often it may come in that time. */
  readonly storms: {
    readonly watchMs: number;
    readonly requests: number;
    readonly attempts: number;
    readonly reconnects: Ids;
  };
  readonly leaving: { readonly leaves: Ids; readonly disconnects: Ids; readonly watchMs: number };
}
