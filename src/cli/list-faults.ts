import type { Contract } from '../contract/contract.ts';
import { allFaults } from '../reference/faults.ts';
import { impostors } from '../reference/impostors/impostors.ts';

/** Every fault of the reference server: id, what it breaks, what goes wrong. */
export function listFaults(contract: Contract): string {
  const faults = allFaults(contract);
  const width = Math.max(0, ...faults.map(({ id }) => id.length));
  return faults.map(({ id, breaks, says }) => `${id.padEnd(width)}  ${breaks.join(' ')}  ${says}\n`).join('');
}

/** Every impostor: its name and what it does. */
export function listImpostors(): string {
  const width = Math.max(...impostors.map(({ id }) => id.length));
  return impostors.map(({ id, says }) => `${id.padEnd(width)}  ${says}\n`).join('');
}
