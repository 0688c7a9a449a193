import { loadContract } from '../contract/load.ts';
import type { SurfaceName } from '../contract/requirement.ts';
import { startReference } from '../reference/start.ts';
import { targetsOf } from '../target/load.ts';
import type { Target } from '../target/target.ts';

/** A reference server that other people's clients are tried on, and what it takes to reach it. */
export interface Served<T extends Target> {
  readonly target: T;
  readonly close: () => Promise<void>;
}

/** Starts one surface of the reference server, in one dialect, with these faults. */
export async function serveReference<S extends SurfaceName>(
  surface: S,
  dialect: string,
  faults: readonly string[],
): Promise<Served<Extract<Target, { surface: S }>>> {
  const contract = await loadContract();
  const dialects = { [surface]: dialect };
  const reference = await startReference({ contract, port: 0, surfaces: [surface], dialects, faults });
  const [target] = await targetsOf(reference.targets(), 'the reference server', contract);
  if (target?.surface !== surface) throw new Error(`the reference server offers no ${surface}`);
  return { target: target as Extract<Target, { surface: S }>, close: reference.close };
}
