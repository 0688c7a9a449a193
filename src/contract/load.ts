import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepCompiled, readCompiled } from './compiled-file.ts';
import type { Contract } from './contract.ts';
import { contractHash, packageRoot } from './spec-files.ts';

/**
 * The contract of the specs as they are now: the compiled form if there is one for these very
 * files, else compiled anew and kept for the next time. Start-up thus never pays the AsyncAPI parser.
 * @param root the package: what its build compiled ahead, and its cache, are below it
 * @throws InputError where a spec is broken.
 */
export async function loadContract(specs?: string, root = packageRoot()): Promise<Contract> {
  const folder = specs ?? join(root, 'specs');
  const hash = contractHash(folder, root);
  const shipped = join(root, 'dist', 'contract');
  const caches = [join(root, '.cache', 'contract'), join(tmpdir(), 'plumbline-contract')];
  for (const place of [shipped, ...caches]) {
    const known = readCompiled(place, hash);
    if (known) return known;
  }
  const { compileContract } = await import('./compile.ts');
  const contract = await compileContract(folder, hash);
  for (const place of caches) if (keepCompiled(contract, place)) break;
  return contract;
}
