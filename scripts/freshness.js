import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the bundles are made from. The lockfile stands for the packages that are bundled. */
const bundleInputs = [
  'src',
  'suites',
  'load/k6',
  'scripts/build.js',
  'scripts/no-fetch.js',
  'package-lock.json',
];

/**
 * Whether dist was made from other sources than there are now, or is not there. Asks the file system for times
 * only, as it runs at every start in a checkout.
 * @param {string} root
 */
export function isStale(root) {
  const stamp = join(root, 'dist', '.stamp');
  if (!existsSync(stamp) || !existsSync(join(root, 'dist', 'cli.js'))) return true;
  return JSON.parse(readFileSync(stamp, 'utf8')).newestInput !== newestInput(root);
}

/**
 * When the bundles' sources last changed. Folders count as well: a file that was removed, or put back as it
 * once was, changes nothing but its folder.
 * @param {string} root
 */
export function newestInput(root) {
  let newest = 0;
  const waiting = bundleInputs.map((input) => join(root, input));
  for (const path of waiting) {
    const status = statSync(path, { throwIfNoEntry: false });
    if (!status) continue;
    newest = Math.max(newest, status.mtimeMs);
    if (!status.isDirectory()) continue;
    for (const name of readdirSync(path)) if (!isTest(name)) waiting.push(`${path}/${name}`);
  }
  return newest;
}

/** @param {string} name */
const isTest = (name) => name.endsWith('.test.ts');
