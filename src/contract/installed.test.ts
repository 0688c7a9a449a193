import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageRoot } from './spec-files.ts';

const loadIt = `
  const { createRequire } = await import('node:module');
  const { loadContract } = await import(process.argv[1]);
  const { hash } = await loadContract();
  const files = Object.keys(createRequire(process.argv[1]).cache);
  console.log(JSON.stringify({ hash, parser: files.some((file) => file.includes('@asyncapi/parser')) }));
`;

let folder: string;
const checkout = (): string => join(folder, 'checkout');
const installed = (): string => join(folder, 'installed');

/** A checkout that is built as scripts/build.js does it, and what npm would pack of it. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-installed-'));
  const root = packageRoot();
  for (const part of ['specs', 'src/contract'])
    cpSync(join(root, part), join(checkout(), part), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  await esbuild.build({
    absWorkingDir: checkout(),
    entryPoints: { 'contract-compiler': 'src/contract/compile.ts', index: 'src/contract/load.ts' },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  run(join(checkout(), 'dist', 'contract-compiler.js'), '--build', checkout());
  mkdirSync(installed());
  for (const part of ['specs', 'dist'])
    cpSync(join(checkout(), part), join(installed(), part), { recursive: true });
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: readonly string[]): string {
  return execFileSync(process.execPath, args, { encoding: 'utf8' });
}

function load(root: string): { readonly hash: string; readonly parser: boolean } {
  return JSON.parse(run('--input-type=module', '--eval', loadIt, join(root, 'dist', 'index.js')));
}

it.each(['checkout', 'installed'])(
  '%s: the contract that was compiled ahead is found, without the parser',
  (kind) => {
    const root = join(folder, kind);
    const { hash, parser } = load(root);
    expect(readdirSync(join(root, 'dist', 'contract')).sort()).toEqual([`${hash}.json`, 'compiler'].sort());
    expect(parser).toBe(false);
    expect(existsSync(join(root, '.cache'))).toBe(false);
  },
);

it('it is the same in both', () => {
  expect(load(installed()).hash).toBe(load(checkout()).hash);
});
