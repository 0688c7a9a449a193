import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contract } from './contract.ts';

/** Writes a compiled contract where `readCompiled` finds it; false where that cannot be. */
export function keepCompiled(contract: Contract, place: string): boolean {
  try {
    mkdirSync(place, { recursive: true });
    const file = fileOf(place, contract.hash);
    // Two processes may compile the same specs at once: neither must read half of the other's file.
    const beside = `${file}.${process.pid}`;
    writeFileSync(beside, JSON.stringify(contract));
    renameSync(beside, file);
    return true;
  } catch {
    return false;
  }
}

/** The contract that was kept under a hash; undefined where there is none, or none that can be read. */
export function readCompiled(place: string, hash: string): Contract | undefined {
  const file = fileOf(place, hash);
  if (!existsSync(file)) return undefined;
  try {
    const contract = JSON.parse(readFileSync(file, 'utf8')) as Contract;
    return contract.hash === hash ? contract : undefined;
  } catch {
    return undefined;
  }
}

function fileOf(place: string, hash: string): string {
  return join(place, `${hash}.json`);
}
