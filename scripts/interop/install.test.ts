import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CannotRun } from './cannot-run.js';
import { install } from './install.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-install-'));
  await writeFile(join(folder, 'package-lock.json'), '{ "packages": 1 }');
});
afterEach(() => rm(folder, { recursive: true }));

/** In place of npm: counts how often it was called. */
const npm = 'mkdir -p node_modules && echo once >> calls';
const calls = async (): Promise<number> =>
  (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n').length;

describe('the packages of a real server', () => {
  it('are installed once', async () => {
    await install(folder, npm);
    await install(folder, npm);
    expect(await calls()).toBe(1);
  });

  it('are installed anew for another lockfile', async () => {
    await install(folder, npm);
    await writeFile(join(folder, 'package-lock.json'), '{ "packages": 2 }');
    await install(folder, npm);
    expect(await calls()).toBe(2);
  });

  it('that cannot be installed are told of in the words of npm, and tried again', async () => {
    const failing =
      'echo "npm error code ENOTFOUND" >&2; echo "npm error     at somewhere (file.js:1:1)" >&2; exit 1';
    await expect(install(folder, failing)).rejects.toThrow(CannotRun);
    await expect(install(folder, failing)).rejects.toThrow(
      /cannot be installed.*exit 1\n {2}npm error code ENOTFOUND$/s,
    );
    await install(folder, npm);
    expect(await calls()).toBe(1);
  });
});
