import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadContract } from '../../contract/load.ts';
import { packageRoot } from '../../contract/spec-files.ts';
import { findK6 } from '../drivers/provide-k6.ts';
import { buildIfStale, withoutK6 } from '../drivers/toy-rig.ts';
import { coordinatorRows } from './death-proofs.ts';

const found = await findK6();
const folder = mkdtempSync(join(tmpdir(), 'plumbline-death-'));

beforeAll(buildIfStale, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!('k6' in found))('k6' in found ? 'k6' : `k6 ${withoutK6}`, () => {
  it('ends although its coordinator was killed and the server answers no close', async () => {
    const bench = {
      contract: await loadContract(),
      folder,
      coordinator: (of: string, driver: string) => ({
        command: process.execPath,
        args: [
          join(packageRoot(), 'bin', 'plumbline.js'),
          ...['load-prove', '--coordinate', of, '--driver', driver],
        ],
      }),
    };
    const where = { proof: 'kill -9', surface: 'pusher', driver: 'k6' } as const;
    const rows = await coordinatorRows(bench, where, { deafToClose: true });
    expect(rows.filter(({ outcome }) => outcome !== 'holds')).toEqual([]);
    expect(rows.map(({ what }) => what)).toContain('processes that are left');
  }, 120_000);
});
