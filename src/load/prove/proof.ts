import type { Contract } from '../../contract/contract.ts';
import type { SurfaceName } from '../../contract/requirement.ts';
import type { SuiteFactory } from '../../suite/surface.ts';
import type { BulkDriver } from '../drivers/driver.ts';
import type { Profile } from '../profile/profile.ts';
import type { Gate } from '../verdict/gates.ts';
import type { RightServer } from './cells.ts';

/**
 * Proofs that the load harness measures what is there: a null server does something wrong and keeps its own ledger of
 * it; what the harness reports is held against that ledger.
 * @module
 */

/** What all proofs are made with. */
export interface Bench {
  readonly contract: Contract;
  readonly drivers: readonly BulkDriver[];
  /** Every gate of every profile, each once. */
  readonly gates: readonly Gate[];
  readonly profiles: readonly Profile[];
  /** Whose monitors watch what probes see of a right server. */
  readonly suites?: Readonly<Record<SurfaceName, SuiteFactory>>;
  readonly rightServer: () => Promise<RightServer>;
  /** For what processes print. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /**
   * The command line of a coordinator as a process of its own: a load on the first target of `target.json` in that
   * folder, written down there.
   */
  readonly coordinator: (
    folder: string,
    driver: 'k6' | 'node',
  ) => { readonly command: string; readonly args: readonly string[] };
  readonly say: (line: string) => void;
}

/** One thing that a proof has held against the truth. */
export interface Row {
  readonly proof: string;
  readonly surface: SurfaceName | '';
  readonly driver: 'k6' | 'node' | '';
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
  /**
   * `noisy`: a time was missed on a machine that others were busy on; named with its figure, and no failure.
   * `unsteady`: it held at one of two tries; named with its figures, and a failure where there is more than a little of it.
   * `not run`: it could not be tried.
   */
  readonly outcome: 'holds' | 'broken' | 'noisy' | 'unsteady' | 'not run';
}

/** One proof. Pure in what it says: it throws where it could not be tried. */
export interface Proof {
  readonly id: string;
  readonly says: string;
  readonly perform: (bench: Bench) => Promise<readonly Row[]>;
}

/** A row that holds where both are the same. */
export function same(
  where: Pick<Row, 'proof' | 'surface' | 'driver'>,
  what: string,
  expected: number | string | undefined,
  actual: number | string | undefined,
): Row {
  return {
    ...where,
    what,
    expected: String(expected),
    actual: String(actual),
    outcome: expected === actual ? 'holds' : 'broken',
  };
}

/** A row that holds where a condition does. */
export function holds(
  where: Pick<Row, 'proof' | 'surface' | 'driver'>,
  what: string,
  expected: string,
  actual: string,
  isSo: boolean,
): Row {
  return { ...where, what, expected, actual, outcome: isSo ? 'holds' : 'broken' };
}

/** What could not be tried, and why. */
export function notRun(where: Pick<Row, 'proof' | 'surface' | 'driver'>, why: string): Row {
  return { ...where, what: 'could not be tried', expected: '', actual: why, outcome: 'not run' };
}

/** Why a signal was given. */
export function whyStopped({ reason }: AbortSignal): string {
  return (reason as Error | undefined)?.name === 'TimeoutError' ? 'the time was over' : 'it was interrupted';
}

/**
 * Tries once more what did not hold. What is wrong with the harness, or with the server, is so again; what is not has met
 * with something that nobody knows, such as one connection of thousands that a machine let wait, and is `unsteady`.
 */
export async function lookAgain(
  bench: Pick<Bench, 'say'>,
  what: string,
  tryIt: () => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const first = await tryIt();
  if (!first.some(isBroken)) return first;
  bench.say(`${what}, once more`);
  const second = await tryIt();
  const known = new Map(first.map((row) => [keyOf(row), row]));
  const rows = second.map((row) => eitherOf(known.get(keyOf(row)), row));
  // What was not asked again is as it was.
  const asked = new Set(second.map(keyOf));
  return [...rows, ...first.filter((row) => !asked.has(keyOf(row)))];
}

function eitherOf(before: Row | undefined, row: Row): Row {
  const isUnsteady = before && isBroken(before) !== isBroken(row);
  if (!isUnsteady) return row;
  return {
    ...row,
    expected: before.expected === row.expected ? row.expected : `${before.expected}, then ${row.expected}`,
    actual: `${before.actual}, then ${row.actual}`,
    outcome: 'unsteady',
  };
}

function isBroken({ outcome }: Row): boolean {
  return outcome === 'broken';
}

function keyOf({ proof, surface, driver, what }: Row): string {
  return [proof, surface, driver, what].join(' · ');
}
