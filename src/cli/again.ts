import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../contract/spec-files.ts';
import { isUrl, printable } from '../target/from-url.ts';
import type { ConformOptions } from './options.ts';

/** What to type to judge the same targets again, without `--only` and reporters, and without a token. */
export function again(options: ConformOptions): string {
  const words: string[] = [];
  const { client, target } = options;
  if (client !== undefined) {
    words.push('--client', client);
    for (const surface of options.surface) words.push('--surface', surface);
  }
  if (target !== undefined) words.push('--target', isUrl(target) ? printable(target) : target);
  for (const [surface, name] of Object.entries(options.dialect))
    words.push('--dialect', `${surface}=${name}`);
  if (options.level !== 'must') words.push('--level', options.level);
  if (options.timeoutMultiplier !== 1) words.push('--timeout-multiplier', String(options.timeoutMultiplier));
  if (options.baseline !== undefined) words.push('--baseline', options.baseline);
  if (options.slow) words.push('--slow');
  if (options.destructive) words.push('--destructive');
  if (options.optional) words.push('--optional');
  // A checkout has the script; an installed package has the binary.
  const isCheckout = existsSync(join(packageRoot(), 'src'));
  const start = isCheckout ? ['npm', 'run', 'conform', '--'] : ['npx', 'plumbline', 'conform'];
  const all = words.length === 0 && isCheckout ? start : [...start, ...words];
  return all.map(quoted).join(' ');
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
