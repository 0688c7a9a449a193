import type { JsonObject } from './json.ts';
import type { SurfaceName } from './requirement.ts';

/** One or several requirement ids; rules name those that a cell or a transition stands for. */
export type Ids = readonly string[];

/** Where documents contradict each other or are silent: a list of readings, none of them wrong. */
export interface OpenPoint {
  readonly id: string;
  readonly surface: SurfaceName;
  readonly about: string;
  /** The first is the one the reference server follows unless told otherwise. */
  readonly readings: readonly string[];
  /** Where each reading comes from, in the order of `readings`. */
  readonly sources: readonly string[];
  /** The reading that a dialect pins: another one is then a failure, not an ambiguity. */
  readonly pinned: Readonly<Record<string, string>>;
  readonly dialects?: readonly string[];
  /** True where the readings depend on circumstances, so that several in one run are no inconsistency. */
  readonly mixed: boolean;
  /** What the point needs from a target to be looked at (`offers` words). */
  readonly offers: readonly string[];
  readonly role?: 'application' | 'relay';
}

/** One step of a status automaton. */
export interface Transition {
  readonly from: string;
  readonly to: string;
  /** The verb of a driver that brings it about; `clock` for a timer. */
  readonly on: string;
  /** The event type (emit) or status (pusher) that shows it on the wire; null where nothing is sent. */
  readonly event: string | null;
  readonly requirements: Ids;
  /** Free conditions that the reference server and the flows refer to, e.g. `retries-left`. */
  readonly when?: string;
}

export interface Automaton {
  readonly initial: string;
  readonly states: readonly string[];
  readonly terminal: readonly string[];
  readonly transitions: readonly Transition[];
}

/** A refusal: the MUST, and apart from it its status number, which is one only where a sentence names it. */
export interface Refusal {
  readonly refused: Ids;
  /** Requirement id → allowed status numbers. */
  readonly status: Readonly<Record<string, readonly number[]>>;
  /** The credential whose request is the same but for the one field put right. */
  readonly twin: string;
  readonly openPoint?: string;
}

export interface Admission {
  readonly scope: string;
  readonly requirements: Ids;
  /** Who gets in so sees what the holder of another credential sees, to the letter. */
  readonly alike?: { readonly requirements: Ids; readonly as: string };
}

/** Something that may be seen or refused without breaking the document: an open point decides nothing. */
export interface Undecided {
  readonly openPoint: string;
  readonly scope: string;
}

export interface Door {
  readonly admits: Readonly<Record<string, Admission>>;
  readonly refuses: Readonly<Record<string, Refusal>>;
  readonly undecided: Readonly<Record<string, Undecided>>;
}

/** What may stand in the place of `data` that a viewer must not see, or that an event never has. */
export type DataRule = 'null' | 'absent' | 'absent-or-null';

/** What becomes of `data` in one event at one scope. */
export interface DataCell {
  /** `data` equals what the worker sent. */
  readonly kept?: Ids;
  /** Nothing of what the worker sent may be seen anywhere in the frame. */
  readonly hidden?: Ids;
  /** What stands in its place. */
  readonly left?: Readonly<Partial<Record<DataRule, Ids>>>;
  readonly openPoint?: string;
  /** The event is not sent to this viewer at all. */
  readonly withheld?: Ids;
  /** `data` is that of the job's last event of a type. */
  readonly lastOf?: LastOf;
  /** Schema of `messages/` for this viewer, where it is not the one named after the type. */
  readonly schema?: string;
}

/** An event that shows the last one of another type. With an open point alone it may, and need not. */
export interface LastOf {
  readonly type: string;
  /** It is shown, under whatever key. */
  readonly shown?: Ids;
  /** It stands in `data`. */
  readonly inData?: Ids;
  /** Where there was none yet, there is no data. */
  readonly none?: Ids;
  readonly openPoint?: string;
}

/** The frame with which a space stream begins. With an open point it may be there, and need not. */
export interface ConnectedRule {
  readonly openPoint?: string;
  /** It comes first. */
  readonly first?: Ids;
  /** It comes once. */
  readonly once?: Ids;
  readonly fields?: Ids;
  readonly types?: Ids;
}

export interface EmitEventRule {
  /** Allowed values of `status`, each with the requirements that say so. */
  readonly status: Readonly<Record<string, Ids>>;
  /** Scope → what becomes of `data`. */
  readonly data: Readonly<Record<string, DataCell>>;
  readonly terminal: boolean;
  /** Requirement broken by whatever follows this event. */
  readonly nothingAfter: Ids;
}

export interface RestCall {
  readonly method: 'GET' | 'POST';
  /** Path below the API root; `{space}` and `{job}` are filled in. */
  readonly path: string;
  /** The scope a token needs. */
  readonly scope: string;
  /** Key of the body under which the payload stands; absent: the payload is the body. */
  readonly wraps?: string;
  /** Who must not: credential → refusal. */
  readonly refuses: Readonly<Record<string, Refusal>>;
}

/** A version of the document: what it says instead of the version that it extends, as a JSON merge patch. */
export interface EmitDialect {
  readonly documents: Ids;
  readonly extends?: string;
  readonly instead?: JsonObject;
}

export interface EmitRules {
  readonly surface: 'emit';
  readonly dialects: Readonly<Record<string, EmitDialect>>;
  /** What the view of a stripped viewer is held against that of a full one for. */
  readonly lowView: { readonly told: Ids; readonly same: Ids };
  /** Absent: a space stream begins with events, as any other. */
  readonly connected?: ConnectedRule;
  /** Readers may be sent events of types that are in no table. @default false */
  readonly furtherEvents?: boolean;
  readonly api: { readonly root: string; readonly jobStream: string; readonly spaceStream: string };
  /** Scope → scopes it includes. */
  readonly scopes: Readonly<Record<string, readonly string[]>>;
  /** Credential kind of a target file → what it carries. */
  readonly credentials: Readonly<Record<string, CredentialRule>>;
  readonly streams: Readonly<Record<'job' | 'space', Door>>;
  readonly events: Readonly<Record<string, EmitEventRule>>;
  readonly automaton: Automaton;
  readonly rest: Readonly<Record<string, RestCall>>;
  readonly limits: Readonly<Record<string, number>>;
  /** What a client under test is held to. Times in milliseconds. */
  readonly clients: { readonly windowMs: number; readonly closes: Ids; readonly closesMs: number };
  readonly openPoints: readonly OpenPoint[];
}

/** How a credential of the auth matrix is made: which token, in which place. */
export interface CredentialRule {
  /** Token of the target file (`read`, `public` …), or a made-up one. */
  readonly token: string;
  readonly place: 'query' | 'header' | 'nowhere';
  readonly tenant: 'own' | 'foreign';
  readonly scopes: readonly string[];
  readonly says: string;
  /** `offers` words without which the target has no such credential. */
  readonly offers: readonly string[];
}
