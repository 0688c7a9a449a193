import { type Contract, InputError } from '../contract/contract.ts';
import { nearest } from '../target/nearest.ts';
import type { Target } from '../target/target.ts';
import type { Dialects } from './arguments.ts';

export interface DialectOptions {
  readonly contract: Contract;
  /** What `--dialect` says. */
  readonly dialects: Dialects;
}

/**
 * The dialect a target is judged by: what `--dialect` says of its surface, else what its entry says;
 * for `auto` the first dialect of the surface's rules.
 * @throws InputError where `--dialect` names one that the surface does not have.
 */
export async function resolveDialect(
  target: Target,
  { contract, dialects }: DialectOptions,
): Promise<string> {
  const known = Object.keys(contract[target.surface].dialects);
  const chosen = dialects[target.surface] ?? target.dialect;
  if (chosen !== 'auto') {
    if (known.includes(chosen)) return chosen;
    throw new InputError(
      `--dialect ${target.surface}=${chosen}: no such dialect; ${nearest(chosen, [...known, 'auto'])}`,
    );
  }
  const [first] = known;
  if (first === undefined) throw new Error(`the contract has no dialect of ${target.surface}`);
  return first;
}
