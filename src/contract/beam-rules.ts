import type { JsonObject } from './json.ts';
import type { Automaton, Ids, OpenPoint, Refusal } from './rules.ts';

/** What the server may send: JSON objects, any JSON value, or any text. */
export type BeamOutputForm = 'json-object' | 'json' | 'text';

/** A frame that the server sends of its own accord, between the outputs of the handler. */
export interface HeartbeatRule {
  /** Keys and values by which a heartbeat is told from an output. */
  readonly match: JsonObject;
  readonly everyMs: number;
  /** True: the first one comes before anything else. */
  readonly first: boolean;
  /** Absent where the dialect does not ask for heartbeats. */
  readonly requirements?: { readonly first: Ids; readonly every: Ids; readonly form: Ids };
  readonly openPoint?: string;
}

export interface BeamDialect {
  readonly documents: readonly string[];
  readonly output: BeamOutputForm;
  /** The query parameter by which a client without headers can try to show its token. */
  readonly queryToken: string;
  readonly heartbeat: HeartbeatRule;
}

/** A path below the target's URL; what an `observed` one answers is reported and not judged. */
export interface BeamPath {
  readonly path: string;
  readonly says: string;
  readonly requirements?: Ids;
  readonly observed?: true;
}

/** How a credential of the door is made: which token, in which place, under which scheme. */
export interface BeamCredential {
  readonly token: 'valid' | 'revoked' | 'made-up' | 'truncated' | 'empty';
  readonly place: 'header' | 'query' | 'nowhere';
  readonly scheme?: 'Bearer' | 'Basic';
  readonly says: string;
}

/** Credential → what the upgrade must come to. A cell with `dialects` holds there only. */
export interface BeamDoor {
  readonly admits: Readonly<Record<string, { readonly requirements: Ids; readonly dialects?: Ids }>>;
  readonly undecided: Readonly<Record<string, { readonly openPoint: string; readonly dialects?: Ids }>>;
  readonly refuses: Readonly<Record<string, Refusal & { readonly dialects?: Ids }>>;
}

/** What the published handler is asked. */
export type BeamOperationName = 'transform' | 'stream' | 'fail';

/** Which requirement each side of an operation's answer is for. */
export interface BeamOperation {
  /** The input is taken without a subscription before it. */
  readonly accepted: Ids;
  /** An answer comes, on this connection, unasked. */
  readonly answered: Ids;
  /** Every payload arrives, each once. */
  readonly complete: Ids;
  /** Inputs are answered in their order, payloads come in theirs. */
  readonly inOrder: Ids;
  /** Each frame by itself. */
  readonly form: Ids;
  /** A transform after it is answered. */
  readonly alive: Ids;
  readonly openPoint?: string;
}

/**
 * A robustness row. In `text`, `$nonce` stands for the scene's nonce, `$fill` for padding up to `bytes`
 * bytes, `$deep` for `depth` nested arrays.
 */
export interface BeamInput {
  readonly frame: 'text' | 'binary';
  readonly says: string;
  readonly text?: string;
  readonly hex?: string;
  /** Length of the whole frame. */
  readonly bytes?: number;
  readonly depth?: number;
  /** Broken by a reset, a hang or a dead server. */
  readonly survives: Ids;
  /** Present where the handler must answer with its proof. */
  readonly answered?: Ids;
  readonly openPoint?: string;
}

/** `specs/beam/rules.yaml`, typed. */
export interface BeamRules {
  readonly surface: 'beam';
  readonly dialects: Readonly<Record<string, BeamDialect>>;
  readonly paths: Readonly<Record<string, BeamPath>>;
  readonly credentials: Readonly<Record<string, BeamCredential>>;
  readonly door: BeamDoor;
  /** A plain GET, which must not be answered with this content type. */
  readonly get: { readonly requirements: Ids; readonly credential: string; readonly forbids: string };
  readonly connection: Automaton;
  /** Connection state → requirements broken by any frame from the server in it. */
  readonly silence: Readonly<Record<string, Ids>>;
  /** A client that sends nothing is left open at least this long. */
  readonly quiet: { readonly requirements: Ids; readonly forMs: number };
  readonly operations: Readonly<Record<BeamOperationName, BeamOperation>>;
  readonly inputs: Readonly<Record<string, BeamInput>>;
  /** Ranges of close codes, both ends included, that say what was wrong. */
  readonly clearCloses: readonly (readonly [number, number])[];
  readonly limits: { readonly maxInputBytes: number };
  readonly openPoints: readonly OpenPoint[];
  readonly settled: Readonly<Record<string, string>>;
}
