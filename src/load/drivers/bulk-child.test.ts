import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startBulkChild } from './bulk-child.ts';
import { meaningOf } from './k6-driver.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-child-'));
const log = join(folder, 'log');
afterAll(() => rmSync(folder, { recursive: true }));

const start = (script: string) =>
  startBulkChild({
    name: 'k6',
    command: process.execPath,
    args: ['-e', script],
    env: process.env,
    log,
    members: 1,
    meaning: meaningOf,
  });

describe('a process that holds subscribers', () => {
  it('has no trouble where it ends by itself when it is told to', async () => {
    const child = await start('setTimeout(() => {}, 100)');
    expect(await child.stop()).toEqual({ name: 'k6', code: 0, signal: null });
    expect(await child.ended).toEqual(await child.stop());
  });

  it('is killed where nothing else helps, and says so', async () => {
    const child = await start("process.on('SIGINT', () => console.log('no')); setInterval(() => {}, 1000)");
    expect(await child.stop()).toEqual({
      name: 'k6',
      code: null,
      signal: 'SIGKILL',
      trouble: 'it did not end when it was told to, and had to be sent SIGINT, SIGINT, SIGKILL',
    });
    expect(readFileSync(log, 'utf8')).toBe('no\nno\n');
  });

  it('has its exit code told in words', async () => {
    const child = await start('process.exitCode = 107');
    expect(await child.ended).toEqual({
      name: 'k6',
      code: 107,
      signal: null,
      trouble: 'the script threw an exception in k6: its log says where',
    });
    expect(meaningOf(77)).toContain('77');
    expect(meaningOf(0)).toBeUndefined();
  });

  it('is not there where it cannot be started', async () => {
    const starting = startBulkChild({
      name: 'k6',
      command: join(folder, 'missing'),
      args: [],
      env: {},
      log,
      members: 1,
      meaning: meaningOf,
    });
    await expect(starting).rejects.toThrow('ENOENT');
  });
});
