import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Hono } from 'hono';
import type { Contract } from '../contract/contract.ts';
import type { Json, JsonObject } from '../contract/json.ts';
import type { SurfaceName } from '../contract/requirement.ts';

/** What every surface of the reference server is given. */
export interface ReferenceContext {
  readonly contract: Contract;
  /** The reading chosen for an open point: its first one unless `--reading` says otherwise. */
  readonly reading: (point: string) => string;
  /** The faults that are switched on, by id. */
  readonly faults: readonly Fault[];
  /** Says what happens, when somebody listens (`--verbose`). Never a secret. */
  readonly log: (line: string) => void;
  readonly timers: Timers;
}

/** One surface of the reference server: its HTTP routes, its sockets, its timers. */
export interface SurfaceServer {
  readonly surface: SurfaceName;
  /** Adds its routes. */
  readonly mount: (app: Hono) => void;
  /** Takes an upgrade request if its path is one of its own; false: somebody else's. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
  /** Whether upgrades are taken without TLS too, on a server that has it. */
  readonly inTheClear?: boolean;
  /** Performs a control operation other than `advance`, which the timers do; undefined: not mine. */
  readonly control: (command: JsonObject) => Json | undefined;
  /** Entries for a target file that reach this surface at an origin such as `127.0.0.1:7007`. */
  readonly targets: (address: Address) => readonly JsonObject[];
  /** Lines for the start-up banner: URLs and credentials to copy. */
  readonly offers: (address: Address) => readonly string[];
  readonly close: () => void;
}

export interface Address {
  readonly http: string;
  readonly ws: string;
}

/**
 * Timers that can be moved on for one owner (a job id, or the nonce of a connection) without touching
 * the clock of anybody else: what `control {op: advance}` does.
 */
export interface Timers {
  readonly set: (owner: string, ms: number, run: () => void) => { readonly cancel: () => void };
  /** Moves an owner's timers on; those that are then due run at once, in order. Count of those that ran. */
  readonly advance: (owner: string, ms: number) => number;
  readonly close: () => void;
}

/**
 * A named way to break requirements on purpose. `bend` wraps policies of one surface: it is given the
 * policies as they are and returns those that it replaces.
 */
export interface Fault {
  readonly id: string;
  readonly surface: SurfaceName;
  /** The requirement it is for comes first. */
  readonly breaks: readonly string[];
  /** Requirement ids that it breaks in some runs. */
  readonly mayBreak?: readonly string[];
  readonly says: string;
  readonly dialects?: readonly string[];
  /** It can be seen over TLS only. */
  readonly secure?: true;
  // biome-ignore lint/suspicious/noExplicitAny: each surface has its own policies; defineFault types them.
  readonly bend: (policies: any) => object;
}

/** The policies of a surface with the given faults wrapped around them, in the order of the list. */
export function bent<P extends object>(policies: P, faults: readonly Fault[], surface: SurfaceName): P {
  let current = policies;
  for (const fault of faults) {
    if (fault.surface === surface) current = { ...current, ...fault.bend(current) };
  }
  return current;
}
