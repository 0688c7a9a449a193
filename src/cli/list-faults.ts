import type { Contract } from '../contract/contract.ts';
import { allFaults } from '../reference/faults.ts';

/** Every fault of the reference server: id, what it breaks, what goes wrong. */
export function listFaults(contract: Contract): string {
  const faults = allFaults(contract);
  const width = Math.max(0, ...faults.map(({ id }) => id.length));
  return faults.map(({ id, breaks, says }) => `${id.padEnd(width)}  ${breaks.join(' ')}  ${says}\n`).join('');
}
