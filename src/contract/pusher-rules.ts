import type { ComesBack, PusherClientRules } from './client-rules.ts';
import type { Json } from './json.ts';
import type { PusherFeatures } from './pusher-features.ts';
import type { Numbers, Row } from './pusher-row.ts';
import type { Automaton, Ids, OpenPoint } from './rules.ts';

export { kindOf, type Numbers, type Row, type RowKind, type Ruling } from './pusher-row.ts';

/** What the pusher documents decide: `specs/pusher/rules.yaml`. */
export interface PusherRules {
  readonly surface: 'pusher';
  readonly dialects: Readonly<Record<string, PusherDialect>>;
  /** Channel and event of job updates; `{id}` is the client's. */
  readonly names: { readonly channel: string; readonly event: string; readonly requirements: Ids };
  readonly protocol: {
    readonly version: number;
    readonly established: Readonly<Record<'first' | 'once' | 'data' | 'timeout' | 'unique' | 'form', Ids>>;
    readonly connections: Readonly<Record<string, Row<ConnectionTry>>>;
  };
  readonly closeCodes: Readonly<Record<string, CloseCode>>;
  /** What holds for every close: the code is told, no event comes before it, it is one of the protocol's. */
  readonly closing: Readonly<Record<'told' | 'alone' | 'range', Ids>>;
  readonly channelAuth: {
    readonly succeeded: { readonly confirmed: Ids; readonly first: Ids; readonly openPoint: string };
    readonly refusal: {
      readonly silent: Ids;
      readonly survives: Ids;
      readonly named: Ids;
      readonly openPoint: string;
    };
    /** Tries on the client's own private channel. */
    readonly rows: Readonly<Record<string, Row<SubscribeTry>>>;
    /** Tries of other channel names. */
    readonly channels: Readonly<Record<string, Row<SubscribeTry & { readonly channel: string }>>>;
    readonly again: { readonly harmless: Ids; readonly openPoint: string };
    readonly leave: { readonly silent: Ids; readonly unknown: Ids };
  };
  readonly authEndpoint: AuthEndpointRules;
  readonly delivery: Readonly<Record<Delivery, Ids>>;
  readonly keepAlive: KeepAliveRules;
  readonly robustness: Readonly<Record<string, HarmlessTry>>;
  readonly triggerApi: {
    readonly calls: Readonly<Record<TriggerCall, { readonly method: 'GET' | 'POST'; readonly path: string }>>;
    readonly accepted: {
      readonly status: Numbers;
      readonly reply: Ids;
      readonly empty: Ids;
      readonly unchanged: Ids;
      readonly ordered: Ids;
    };
    readonly rows: Readonly<Record<string, Row<TriggerTry>>>;
  };
  readonly features: PusherFeatures;
  readonly jobs: {
    readonly submitted: Ids;
    readonly status: Ids;
    readonly image: { readonly in_progress: Ids; readonly arrives: Ids };
    readonly other: { readonly always: Readonly<Record<'preview-null', Ids>> };
    readonly result: { readonly fetched: Ids; readonly signed: Ids; readonly fresh: Ids };
    readonly scripted: Ids;
  };
  readonly webhooks: {
    readonly events: Readonly<Record<string, { readonly status: string; readonly requirements?: Ids }>>;
    readonly envelope: Ids;
    readonly signed: Ids;
    readonly redelivered: Ids;
    readonly noProgress: Ids;
  };
  readonly limits: Readonly<Record<PusherLimit, number>>;
  readonly clients: PusherClientRules;
  readonly openPoints: readonly OpenPoint[];
  readonly settled: Readonly<Record<string, string>>;
}

/** What is asked of the way an event takes from its publisher to the subscribers. */
export type Delivery =
  | 'data'
  | 'envelope'
  | 'everyone'
  | 'once'
  | 'nobodyElse'
  | 'order'
  | 'own'
  | 'replay'
  | 'everyChange'
  | 'prompt'
  | 'severalJobs'
  | 'whole';

/** How a connection is tried. Braces in the path are filled in: `{key}`, `{made-up}`, `{truncated-key}`. */
export interface ConnectionTry {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly scheme?: 'ws';
}

/** How a subscription is tried: a template for `auth`, null to leave it out, or `json` to send as it is. */
export interface SubscribeTry {
  readonly auth?: string | null;
  readonly json?: Json;
  readonly channelData?: string;
  readonly channel?: string;
}

/** Fields of an auth request; null leaves one out. */
export interface AuthTry {
  readonly method: string;
  readonly authorization: string | null;
  readonly accept: string | null;
  readonly socket_id: string | null;
  readonly channel_name: string | null;
}

export interface AuthEndpointRules {
  readonly path: string;
  readonly base: AuthTry;
  readonly granted: { readonly status: Numbers; readonly signed: Ids };
  readonly denied: { readonly json: Ids; readonly page: Ids; readonly openPoint: string };
  readonly encodings: Readonly<
    Record<'form' | 'json', { readonly says: string; readonly contentType: string; readonly admitted: Ids }>
  >;
  /** `send` replaces fields of `base`. */
  readonly rows: Readonly<Record<string, Row<{ readonly send?: Partial<AuthTry> }>>>;
  readonly preflight: Ids;
}

/** A switch of a dialect: how progress is written. */
export type ProgressType = 'number' | 'decimal-string';
/** A switch of a dialect: how a preview is written. */
export type PreviewEncoding = 'base64' | 'data-uri';

/** What may stand in a nullable field of a job update. */
export type FieldRule = 'null' | 'null-or-image' | 'null-or-url' | 'url';
export type FieldCell = Readonly<Partial<Record<FieldRule, Ids>>> & { readonly openPoint?: string };

/** What one status of a job means for the wire. */
export interface StatusRule {
  /** Requirements by which it is shown; never shown; or as an open point has it. */
  readonly shown: Ids | 'never' | 'undecided';
  /** What is broken if it is shown all the same. */
  readonly requirements?: Ids;
  readonly openPoint?: string;
  readonly preview?: FieldCell;
  readonly result_url?: FieldCell;
  readonly progress?: Ids;
  /** Broken if it is shown a second time. */
  readonly once?: Ids;
  /** Broken by whatever event follows this status. */
  readonly nothingAfter?: Ids;
}

/** What one of the two documents has of its own. */
export interface PusherDialect {
  readonly documents: Ids;
  readonly progress: ProgressType;
  readonly preview: PreviewEncoding;
  /** The schema of its job update, among the contract's `schemas`. */
  readonly schema: string;
  /** The encoding of the auth body that its samples use. */
  readonly body: 'form' | 'json';
  readonly events: Readonly<Record<string, StatusRule>>;
  /** Broken by an event that repeats the one before. */
  readonly repeated: Ids;
  /** Broken by progress outside 0 to 100, or that falls. */
  readonly bounded: Ids;
  readonly automaton: Automaton;
}

export interface CloseCode {
  readonly says: string;
  readonly requirements: Ids;
  /** When a client may come back unchanged. */
  readonly client: ComesBack;
}

export interface KeepAliveRules {
  readonly activityTimeoutSeconds: number;
  readonly pongWaitSeconds: number;
  /** Frames that are good pings. `early`: sent before anything has been received. */
  readonly pings: Readonly<
    Record<
      string,
      { readonly says: string; readonly frame: string; readonly answered: Ids; readonly early?: boolean }
    >
  >;
  readonly control: { readonly answered: Ids; readonly counts: Ids };
  readonly pong: { readonly data: Ids; readonly openPoint: string };
  readonly silent: {
    readonly asked: Ids;
    readonly closed: Ids;
    readonly close: Numbers;
    readonly openPoint: string;
  };
  readonly survives: { readonly pinging: Ids; readonly receiving: Ids; readonly seconds: number };
  readonly announced: { readonly requirements: Ids; readonly openPoint: string };
}

/** A message that must do no harm: text, text sent as a binary frame, or bytes in hexadecimal. */
export interface HarmlessTry {
  readonly says: string;
  readonly text?: string;
  readonly binary?: string;
  readonly hex?: string;
  readonly harmless: Ids;
  /** Broken if another connection sees it. */
  readonly relayed?: Ids;
}

export type TriggerCall = 'events' | 'batch' | 'channels' | 'channel' | 'users';

/** A call of the trigger API as a change of the good one. */
export interface TriggerTry {
  readonly call: TriggerCall;
  /** Counts, sizes and fields of the body; null leaves a field out, `raw` is the whole body. */
  readonly body?: Readonly<Record<string, Json>>;
  /** Query parameters put in place of the good ones; null leaves one out. */
  readonly query?: Readonly<Record<string, string | null>>;
  /** What is signed in place of what is sent. */
  readonly sign?: { readonly secret?: 'made-up'; readonly path?: string; readonly method?: string };
  /** The channel in the path is one that nobody is on. */
  readonly vacant?: true;
  /** `before`: the query is changed after it was signed. Default: it is signed as it is sent. */
  readonly signed?: 'before';
}

export type PusherLimit =
  | 'channelName'
  | 'channelsPerTrigger'
  | 'eventsPerBatch'
  | 'eventData'
  | 'eventName'
  | 'triggerSkewSeconds'
  | 'clientMessage';
