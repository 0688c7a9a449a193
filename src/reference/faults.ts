import { type Contract, InputError } from '../contract/contract.ts';
import type { SurfaceName } from '../contract/requirement.ts';
import { beamFaults } from './beam/faults.ts';
import { emitFaults } from './emit/faults.ts';
import { didYouMean } from './near-matches.ts';
import type { Fault } from './surface-server.ts';

/** A surface's faults: a fixed list, and those that its rules give rise to, cell by cell. */
const tables: Readonly<Partial<Record<SurfaceName, (contract: Contract) => readonly Fault[]>>> = {
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
  if (ids.length === 0) return [];
  const faults = allFaults(contract);
  return ids.map((id) => {
    const fault = faults.find((candidate) => candidate.id === id);
    if (!fault)
      throw new InputError(
        `--fault ${id}: no such fault; ${didYouMean(
          id,
          faults.map((each) => each.id),
        )}`,
      );
    return fault;
  });
}
