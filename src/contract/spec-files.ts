import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json and specs/, found from this file upwards. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'specs', 'formats'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('the specs/ folder that belongs to this program is missing');
    folder = above;
  }
  return folder;
}

/** Every file below `specs`, sorted, as paths relative to it. */
export function specFiles(specs: string): string[] {
  return readdirSync(specs, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => relative(specs, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

/**
 * A hash of everything that a contract is made from: the specs and the code that compiles them, so that
 * neither an edited spec nor an edited compiler meets an old contract. Samples are not compiled.
 */
export function contractHash(specs: string, root = packageRoot()): string {
  const hash = createHash('sha256').update(`plumbline-contract ${compilerHash(root)}\n`);
  for (const file of specFiles(specs)) {
    if (!file.includes('samples/')) hash.update(`${file}\0`).update(readFileSync(join(specs, file)));
  }
  return hash.digest('hex').slice(0, 32);
}

/**
 * The state of the compiler: in a checkout a hash of its sources; in an installed package, which has none, what
 * the build wrote down. Without it the contract that the build compiled ahead would never be found.
 */
function compilerHash(root: string): string {
  const code = join(root, 'src', 'contract');
  if (existsSync(code)) {
    const hash = createHash('sha256');
    for (const file of readdirSync(code).sort()) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
      hash.update(`${file}\0`).update(readFileSync(join(code, file)));
    }
    return hash.digest('hex').slice(0, 32);
  }
  const written = compilerFile(root);
  return existsSync(written) ? readFileSync(written, 'utf8').trim() : 'unknown';
}

/** For the build: leaves the state of the compiler where an installed package finds it. */
export function keepCompilerHash(root: string): void {
  const file = compilerFile(root);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${compilerHash(root)}\n`);
}

function compilerFile(root: string): string {
  return join(root, 'dist', 'contract', 'compiler');
}
