import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contract } from './contract.ts';
import { contractHash, packageRoot } from './spec-files.ts';

/**
 * The contract of the specs as they are now: the compiled form if there is one for these very
 * files, else compiled anew and kept for the next time. Start-up thus never pays the AsyncAPI parser.
 * @throws InputError where a spec is broken.
 */
export async function loadContract(specs = join(packageRoot(), 'specs')): Promise<Contract> {
  const root = packageRoot();
  const hash = contractHash(specs, root);
  const places = [
    join(root, 'dist', 'contract'),
    join(root, '.cache', 'contract'),
    join(tmpdir(), 'plumbline-contract'),
  ];
  for (const place of places) {
    const known = readCompiled(join(place, `${hash}.json`), hash);
    if (known) return known;
  }
  const { compileContract } = await import('./compile.ts');
  const contract = await compileContract(specs, hash);
  for (const place of places.slice(1)) if (keepCompiled(contract, place)) break;
  return contract;
}

/** Writes a compiled contract where `loadContract` finds it; false where that cannot be. */
export function keepCompiled(contract: Contract, place: string): boolean {
  try {
    mkdirSync(place, { recursive: true });
    const file = join(place, `${contract.hash}.json`);
    const beside = `${file}.${process.pid}`;
    writeFileSync(beside, JSON.stringify(contract));
    renameSync(beside, file);
    return true;
  } catch {
    return false;
  }
}

function readCompiled(file: string, hash: string): Contract | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const contract = JSON.parse(readFileSync(file, 'utf8')) as Contract;
    return contract.hash === hash ? contract : undefined;
  } catch {
    return undefined;
  }
}
