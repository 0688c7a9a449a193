import type { DiscoveryOptions } from '../conform/discovery.ts';
import { type Contract, InputError } from '../contract/contract.ts';
import type { SurfaceName } from '../contract/requirement.ts';
import type { SuiteFactory } from '../suite/surface.ts';
import { nearest } from '../target/nearest.ts';
import type { Target } from '../target/target.ts';
import type { Dialects } from './arguments.ts';

/** What a target's dialect is found with. */
export interface DialectOptions {
  readonly contract: Contract;
  readonly suites: Readonly<Record<SurfaceName, SuiteFactory>>;
  /** What `--dialect` says. */
  readonly dialects: Dialects;
  /** How `auto` is found out. Absent: offline, where the first dialect of the contract stands for it. */
  readonly discovery?: DiscoveryOptions;
}

/** A target, and the dialect it is judged by. */
export interface Spoken {
  readonly target: Target;
  readonly dialect: string;
  /** Where it was found out: what spoke for it. */
  readonly reason?: string;
}

/**
 * The dialect a target is judged by: what `--dialect` says of its surface, else what its entry says.
 * `auto` is found out by performing the happy path.
 * @throws InputError where `--dialect` names one that the surface does not have.
 */
export async function resolveDialect(target: Target, options: DialectOptions): Promise<Spoken> {
  const { contract, dialects, discovery, suites } = options;
  const known = Object.keys(contract[target.surface].dialects);
  const chosen = dialects[target.surface] ?? target.dialect;
  if (chosen !== 'auto') {
    if (known.includes(chosen)) return { target, dialect: chosen };
    const advice = nearest(chosen, [...known, 'auto']);
    throw new InputError(`--dialect ${target.surface}=${chosen}: no such dialect; ${advice}`);
  }
  if (discovery) {
    const { discoverDialect } = await import('../conform/discovery.ts');
    return { target, ...(await discoverDialect(contract, target, suites, discovery)) };
  }
  const [first] = known;
  if (first === undefined) throw new Error(`the contract has no dialect of ${target.surface}`);
  return { target, dialect: first };
}
