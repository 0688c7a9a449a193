import type { JsonObject } from '../../contract/json.ts';
import type { Connection, Heard } from './connection.ts';
import type { Courier } from './courier.ts';
import type { Ledger } from './ledger.ts';
import type { BlastRequest } from './options.ts';

/** What a surface makes of a handshake. */
export interface Admission {
  /** Set where token or key are no good: the status of the refusal, or what is done with the connection. */
  readonly bad?: number | ((connection: Connection) => Heard);
  /** Whoever is let in. */
  readonly join: (connection: Connection) => Heard;
}

/** An HTTP request. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The answer, and what is done once it is on its way. */
export interface Answered {
  readonly status: number;
  readonly body: JsonObject | string;
  readonly after?: () => void;
}

/** One of the three surfaces, as little of it as a client needs. */
export interface NullSurface {
  /** undefined: not a path of this surface. */
  readonly admit: (url: URL, headers: Asked['headers']) => Admission | undefined;
  /** undefined: not a call of this surface. */
  readonly answer: (asked: Asked) => Answered | undefined;
  /** Publishes the n-th of a channel by itself; undefined: it cannot. */
  readonly blast?: (request: BlastRequest, channel: number, seq: number) => void;
}

/** What surfaces share. */
export interface SurfaceParts {
  readonly courier: Courier;
  readonly ledger: Ledger;
  readonly isRefused: (token: string) => boolean;
  /** Whether the channel that a client has just left goes on. */
  readonly becomesGhost: () => boolean;
}

/** What a body says; undefined where it is no JSON object. */
export function objectIn(body: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}
