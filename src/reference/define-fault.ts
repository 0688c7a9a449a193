import type { SurfaceName } from '../contract/requirement.ts';
import type { Fault } from './surface-server.ts';

/** What a fault says of itself, typed by the policies of its surface. */
export interface FaultSpec<P extends object> {
  /** Requirement ids; the one it is for comes first. */
  readonly breaks: readonly [string, ...string[]];
  /** Requirement ids that it breaks only when others happen to be connected: not in every run. */
  readonly mayBreak?: readonly string[];
  /** What goes wrong, in a clause: `the scope filter forgets checkpoint events`. */
  readonly says: string;
  /** Dialects in which it can be seen; absent: all. */
  readonly dialects?: readonly string[];
  /** It can be seen over TLS only. */
  readonly secure?: true;
  /** Given the policies as they are, those that it replaces. Called once for each server, so it may hold state. */
  readonly bend: (policies: P) => Partial<P>;
}

/**
 * A fault of the reference server. A surface's table of faults starts with
 * `const fault = defineFault<EmitPolicies>;`.
 */
export function defineFault<P extends object>(id: `${SurfaceName}/${string}`, spec: FaultSpec<P>): Fault {
  return { id, surface: id.slice(0, id.indexOf('/')) as SurfaceName, ...spec };
}
