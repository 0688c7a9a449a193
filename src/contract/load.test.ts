import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepCompiled } from './compiled-file.ts';
import type { Contract } from './contract.ts';
import { loadContract } from './load.ts';
import { contractHash, keepCompilerHash, packageRoot } from './spec-files.ts';

const loaded = createRequire(import.meta.url).cache;
const parserIsLoaded = (): boolean => Object.keys(loaded).some((file) => file.includes('@asyncapi/parser'));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plumbline-load-'));
  cpSync(join(packageRoot(), 'specs'), join(root, 'specs'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const specs = (): string => join(root, 'specs');
const edit = (file: string, from: string, to: string): void => {
  const path = join(specs(), file);
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
};
/** Something that can be told from what a compiler makes, kept under the hash of the specs as they are. */
const keepMarked = (place: string): void => {
  const hash = contractHash(specs(), root);
  keepCompiled(
    { format: 'plumbline-contract/1', hash, marked: true } as unknown as Contract,
    join(root, place),
  );
};

// The order matters: once loaded, the parser stays in this process.
describe('a contract that is there already', () => {
  it.each(['dist/contract', '.cache/contract'])(
    'is taken from %s without loading the parser',
    async (place) => {
      keepMarked(place);
      expect(await loadContract(undefined, root)).toHaveProperty('marked', true);
      expect(parserIsLoaded()).toBe(false);
    },
  );

  it('of an installed package is found, though its compiler has no sources', async () => {
    // A checkout, which is built …
    cpSync(join(packageRoot(), 'src', 'contract'), join(root, 'src', 'contract'), { recursive: true });
    keepMarked('dist/contract');
    keepCompilerHash(root);
    const built = contractHash(specs(), root);
    // … and packed: specs and dist are there, and src is not.
    rmSync(join(root, 'src'), { recursive: true });
    expect(contractHash(specs(), root)).toBe(built);
    expect(await loadContract(undefined, root)).toHaveProperty('marked', true);
    expect(parserIsLoaded()).toBe(false);
  });
});

describe('the hash of a contract', () => {
  it('changes with a spec', () => {
    const before = contractHash(specs(), root);
    edit('emit/rules.yaml', 'defaultRetries: 3', 'defaultRetries: 4');
    expect(contractHash(specs(), root)).not.toBe(before);
  });

  it('changes with the compiler, but not with a test of it', () => {
    cpSync(join(packageRoot(), 'src', 'contract'), join(root, 'src', 'contract'), { recursive: true });
    const before = contractHash(specs(), root);
    writeFileSync(join(root, 'src', 'contract', 'more.test.ts'), '');
    expect(contractHash(specs(), root)).toBe(before);
    writeFileSync(join(root, 'src', 'contract', 'more.ts'), '');
    expect(contractHash(specs(), root)).not.toBe(before);
  });

  it('does not change with a sample, which is not compiled', () => {
    const before = contractHash(specs(), root);
    edit('emit/samples/document.yaml', 'messages:', 'messages:\n');
    expect(contractHash(specs(), root)).toBe(before);
  });
});

describe('a contract that is not there', () => {
  it('is compiled, kept, and compiled anew when a spec changes', { timeout: 300_000 }, async () => {
    const first = await loadContract(undefined, root);
    expect(parserIsLoaded()).toBe(true);
    expect(first.emit.rules.limits.defaultRetries).toBe(3);
    expect(readdirSync(join(root, '.cache', 'contract'))).toEqual([`${first.hash}.json`]);

    edit('emit/rules.yaml', 'defaultRetries: 3', 'defaultRetries: 4');
    const second = await loadContract(undefined, root);
    expect(second.emit.rules.limits.defaultRetries).toBe(4);
    expect(second.hash).not.toBe(first.hash);

    edit('emit/rules.yaml', 'defaultRetries: 4', 'defaultRetries: 3');
    expect(await loadContract(undefined, root)).toEqual(first);
  });

  it('is compiled in place of a kept file that is cut off', { timeout: 180_000 }, async () => {
    keepMarked('.cache/contract');
    const file = join(root, '.cache', 'contract', `${contractHash(specs(), root)}.json`);
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -5));
    expect(await loadContract(undefined, root)).not.toHaveProperty('marked');
  });

  it('is not kept when it is broken', async () => {
    edit('emit/rules.yaml', 'E29]', 'E299]');
    await expect(loadContract(undefined, root)).rejects.toThrow('E299 is no requirement');
    expect(existsSync(join(root, '.cache'))).toBe(false);
  });
});
