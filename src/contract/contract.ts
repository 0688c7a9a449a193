import type { BeamRules } from './beam-rules.ts';
import type { Flow } from './flow.ts';
import type { Json, JsonObject } from './json.ts';
import type { PusherRules } from './pusher-rules.ts';
import type { Requirement, SurfaceName } from './requirement.ts';
import type { EmitRules, OpenPoint } from './rules.ts';

/** A hand-written message with the verdict that the documents give it. */
export interface MessageSample {
  readonly name: string;
  readonly message: string;
  readonly valid: boolean;
  readonly fails: readonly string[];
  readonly json: Json;
}

/** What every surface's specs come to. */
export interface SurfaceContract<R> {
  readonly surface: SurfaceName;
  readonly rules: R;
  readonly requirements: readonly Requirement[];
  readonly flows: readonly Flow[];
  /** Message schemas by file name without its suffix: `messages/progress`, `rest/poll-reply`. */
  readonly schemas: Readonly<Record<string, JsonObject>>;
  readonly openPoints: readonly OpenPoint[];
  /** Dialect → documents that speak for it. */
  readonly dialects: Readonly<Record<string, readonly string[]>>;
  /** Title and version of the AsyncAPI document. */
  readonly document: { readonly title: string; readonly version: string };
  /** Further data files, such as the beam handler. */
  readonly extras: Readonly<Record<string, Json>>;
}

/** What the specs say, compiled: plain data, cached by the hash of the files it was made from. */
export interface Contract {
  readonly format: 'plumbline-contract/1';
  readonly hash: string;
  readonly emit: SurfaceContract<EmitRules>;
  readonly pusher: SurfaceContract<PusherRules>;
  readonly beam: SurfaceContract<BeamRules>;
  /** Schemas of our own files: target, result, control … */
  readonly formats: Readonly<Record<string, JsonObject>>;
}

/** All requirements of a contract. */
export function requirementsOf(contract: Contract): readonly Requirement[] {
  return [...contract.pusher.requirements, ...contract.beam.requirements, ...contract.emit.requirements];
}

/** Where and why a spec, target or other input file is refused. Exit code 2. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code = 'bad-input';
}
