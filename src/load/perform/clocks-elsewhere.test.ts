import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Contract } from '../../contract/contract.ts';
import { loadContract } from '../../contract/load.ts';
import { BulkMember } from '../bulk/bulk-member.ts';
import type { Connection, ConnectionListener } from '../bulk/host.ts';
import type { Order } from '../control/messages.ts';
import type { BulkDriver } from '../drivers/driver.ts';
import { NodeHost } from '../drivers/node-host.ts';
import { buildIfStale } from '../drivers/toy-rig.ts';
import { accountOf } from '../evidence/accounts.ts';
import type { ChannelPlan } from '../plan/load-plan.ts';
import { publishesOf } from '../plan/load-plan.ts';
import { shapeOf } from '../profile/profile.ts';
import { measure } from '../run/measure.ts';
import { stageResultOf } from '../verdict/stage-result.ts';
import { trustOf } from '../verdict/trust.ts';
import { startNullTarget } from './null-target.ts';

/** A host that has nothing but the wall clock of a machine on which it is another time. */
class HostElsewhere extends NodeHost {
  readonly #aheadMs: number;
  #offset = 0;

  constructor(aheadMs: number) {
    super();
    this.#aheadMs = aheadMs;
  }

  override wall(): number {
    return performance.timeOrigin + performance.now() + this.#aheadMs;
  }

  override now(): number {
    return this.wall() - this.#offset;
  }

  override setOffset(offset: number): void {
    this.#offset = offset;
  }

  override connect(door: ChannelPlan, listener: ConnectionListener): Connection {
    return super.connect(door, {
      opened: () => listener.opened(this.now()),
      refused: (_at, status) => listener.refused(this.now(), status),
      message: (data) => listener.message(data, this.now()),
      closed: (_at, code) => listener.closed(this.now(), code),
    });
  }

  override end(): void {}
}

/** One member of the generator in this process, whose clock is so far ahead. */
function driverElsewhere(aheadMs: number): BulkDriver {
  return {
    name: 'k6',
    version: 'elsewhere',
    members: 1,
    start: async ({ control: { url, token } }) => {
      const host = new HostElsewhere(aheadMs);
      const member = new BulkMember(host);
      const socket = new WebSocket(url);
      host.control = {
        tell: (fact) => socket.send(JSON.stringify(fact)),
        send: (frame) => socket.send(frame),
        settled: async () => {},
      };
      socket.on('open', () => host.tell({ say: 'hello', role: 'bulk', token, pid: 0 }));
      socket.on('message', (data) => member.handle(JSON.parse(String(data)) as Order));
      const ending = { name: 'k6', code: 0, signal: null };
      return { pid: 0, members: 1, ended: new Promise(() => {}), stop: async () => ending };
    },
  };
}

const stage = shapeOf({ subscribers: 12, rate: 50, publishes: 60, warmup: 10 }, true);

describe('a generator on a machine with another time', () => {
  let contract: Contract;
  let folder: string;
  beforeAll(async () => {
    buildIfStale();
    contract = await loadContract();
    folder = mkdtempSync(join(tmpdir(), 'plumbline-clocks-'));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([0, 90_000, -1500])('%d ms ahead: all that is owed to it is known', async (aheadMs) => {
    const server = await startNullTarget(contract);
    try {
      const { record, monitors } = await measure(
        {
          ...{ contract, driver: driverElsewhere(aheadMs), seed: 1, folder },
          signal: new AbortController().signal,
          control: { host: '127.0.0.1', port: 0, token: 'toy-token' },
        },
        { target: server.target('pusher'), stage, number: 1, stamped: true },
      );
      const result = stageResultOf(record, { floor: { before: null, after: null }, monitors });
      const clocks = trustOf(record, result, null).find(({ id }) => id === 'clocks');
      expect(record.broken).toEqual([]);
      expect(result.connections).toMatchObject({ asked: 12, ready: 12 });
      expect(accountOf(record)).toMatchObject({
        owed: 12 * publishesOf(stage),
        received: 12 * publishesOf(stage),
        lost: 0,
        indeterminate: 0,
      });
      expect(clocks).toMatchObject({ ok: true });
      const [clock] = record.clocks;
      expect(Math.abs((clock?.aheadMs ?? Number.NaN) - aheadMs)).toBeLessThanOrEqual(
        (clock?.withinMs ?? 0) + 5,
      );
      expect(result.marks.some(({ what }) => what.includes('which is allowed for'))).toBe(aheadMs !== 0);
    } finally {
      await server.close();
    }
  });
});
