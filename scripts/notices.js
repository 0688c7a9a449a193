import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licences of every package among the inputs of a bundle, as their terms ask of whoever ships them.
 * @param {string} root
 * @param {readonly string[]} inputs paths relative to root
 */
export function noticesOf(root, inputs) {
  const folders = inputs.map((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? '');
  return [...new Set(folders)]
    .filter((folder) => folder !== '')
    .sort()
    .map((folder) => notice(join(root, folder)))
    .join(`\n${'-'.repeat(78)}\n`);
}

/** @param {string} folder */
function notice(folder) {
  /** @type {{ name: string, version: string, license?: string }} */
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return `${[`${name} ${version} (${license ?? 'see below'})`, ...texts].join('\n\n')}\n`;
}
