import { type Contract, InputError } from '../contract/contract.ts';
import { type SurfaceName, surfaceNames } from '../contract/requirement.ts';
import { beamFaults } from './beam/faults.ts';
import { emitFaults } from './emit/faults.ts';
import { didYouMean } from './near-matches.ts';
import { pusherFaults } from './pusher/faults.ts';
import type { Fault } from './surface-server.ts';

/** A surface's faults: a fixed list, and those that its rules give rise to, cell by cell. */
const tables: Readonly<Record<SurfaceName, (contract: Contract) => readonly Fault[]>> = {
  pusher: (contract) => pusherFaults(contract.pusher.rules),
  beam: (contract) => beamFaults(contract.beam.rules),
  emit: (contract) => emitFaults(contract.emit.rules),
};

/** Every fault there is, sorted by id. */
export function allFaults(contract: Contract): readonly Fault[] {
  return Object.values(tables)
    .flatMap((table) => table(contract))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * The faults of the given ids, in their order: each wraps those before it.
 * @throws InputError for an id that is no fault.
 */
export function chooseFaults(contract: Contract, ids: readonly string[] = []): readonly Fault[] {
  const made = new Map<SurfaceName, readonly Fault[]>();
  return ids.map((id) => {
    const surface = surfaceNames.find((name) => id.startsWith(`${name}/`));
    const faults = surface && (made.get(surface) ?? tables[surface](contract));
    if (surface && faults) made.set(surface, faults);
    const fault = faults?.find((each) => each.id === id);
    if (fault) return fault;
    const known = (faults ?? allFaults(contract)).map((each) => each.id);
    throw new InputError(`--fault ${id}: no such fault; ${didYouMean(id, known)}`);
  });
}
