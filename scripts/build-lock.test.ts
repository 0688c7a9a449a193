import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from './build-lock.js';

describe('the build lock', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'plumbline-lock-'));
    file = join(folder, 'build.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('lets one work after the other', async () => {
    const steps: string[] = [];
    const work = (name: string) => async () => {
      steps.push(`${name} starts`);
      await new Promise(setImmediate);
      steps.push(`${name} ends`);
    };
    await Promise.all([withLock(file, work('a')), withLock(file, work('b'))]);
    expect(steps).toEqual(['a starts', 'a ends', 'b starts', 'b ends']);
  });

  it('is released when the work fails', async () => {
    const failing = withLock(file, () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(existsSync(file)).toBe(false);
  });

  it('is taken over from a process that has gone', async () => {
    const idThatNoProcessHas = 2 ** 30;
    writeFileSync(file, String(idThatNoProcessHas));
    expect(await withLock(file, async () => 'done')).toBe('done');
  });
});
