import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Contract } from '../../contract/contract.ts';
import { loadContract } from '../../contract/load.ts';
import { nodeDriver } from '../drivers/node-driver.ts';
import { type NullTarget, startNullTarget } from '../perform/null-target.ts';
import { shapeOf } from '../profile/profile.ts';
import type { LoadResult } from '../verdict/load-result.ts';
import { runLoad, type Server } from './run-load.ts';

let contract: Contract;
let folder: string;
beforeAll(async () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.js', '--if-stale']);
  if (status !== 0) throw new Error(String(stderr));
  contract = await loadContract();
  folder = await mkdtemp(join(tmpdir(), 'plumbline-run-load-'));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Two stages, twice. */
async function repeated(own: Server, more: { readonly fresh?: () => Promise<Server> }): Promise<LoadResult> {
  const silent = (): void => {};
  return await runLoad({
    ...{ contract, driver: nodeDriver(), seed: 1, folder, signal: new AbortController().signal },
    ...{ id: 'a', profile: { id: 'smoke', title: 'a' }, command: '', harness: '0', cache: folder },
    stages: ['a', 'b'].map((name) =>
      shapeOf({ name, subscribers: 6, rate: 100, publishes: 20, warmup: 2 }, true),
    ),
    ...{ gates: [], forced: true, calibrate: false, repeat: 2, ...own, ...more },
    listener: { phase: silent, stageStarted: silent, progress: silent, stageEnded: silent },
  });
}

const serverOf = ({ target, pid }: NullTarget): Server => ({ target: target('emit'), serverPid: pid });

/** Connections that a server has let in since its start. */
async function acceptedBy({ http }: NullTarget): Promise<number> {
  const answer = await fetch(`${http}/ledger`);
  return ((await answer.json()) as { accepted: number }).accepted;
}

it('performs each repeat on a server of its own, where it is given one', async () => {
  const first = await startNullTarget(contract);
  const second = await startNullTarget(contract);
  let asked = 0;
  try {
    const result = await repeated(serverOf(first), {
      fresh: async () => {
        asked += 1;
        await first.close();
        return serverOf(second);
      },
    });
    expect(asked).toBe(1);
    expect(result.stages.map(({ name }) => name)).toEqual(['a #1', 'b #1', 'a #2', 'b #2']);
    expect(result.stages.map(({ deliveries }) => deliveries.received)).toEqual([132, 132, 132, 132]);
    expect(await acceptedBy(second)).toBe(12);
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
}, 60_000);

it('performs all repeats on one server, where there is no other', async () => {
  const only = await startNullTarget(contract);
  try {
    const result = await repeated(serverOf(only), {});
    expect(result.stages.map(({ deliveries }) => deliveries.received)).toEqual([132, 132, 132, 132]);
    expect(await acceptedBy(only)).toBe(24);
  } finally {
    await only.close();
  }
}, 60_000);
