import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Raise it when the compiled form changes shape: older caches are then no longer taken. */
const formatOfCache = 1;

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
 * A hash of everything that a contract is made from: the specs, and in a checkout the code that
 * compiles them, so that neither an edited spec nor an edited compiler meets an old contract.
 */
export function contractHash(specs: string, root = packageRoot()): string {
  const hash = createHash('sha256').update(`plumbline-contract ${formatOfCache}\n`);
  for (const file of specFiles(specs)) {
    if (file.includes('samples/')) continue;
    hash.update(`${file}\0`).update(readFileSync(join(specs, file)));
  }
  const code = join(root, 'src', 'contract');
  if (existsSync(code)) {
    for (const file of readdirSync(code).sort()) {
      if (file.endsWith('.ts') && !file.endsWith('.test.ts')) hash.update(readFileSync(join(code, file)));
    }
  }
  return hash.digest('hex').slice(0, 32);
}
