import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/spec-files.ts';
import { seatsPerLife } from '../bulk/subscriber.ts';
import { now } from '../clock.ts';
import { histogramKinds } from '../control/codec.ts';
import { type SeatRow, seatEvents } from '../control/messages.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import type { BulkDriver, BulkProcess } from './driver.ts';
import { k6Driver } from './k6-driver.ts';
import { nodeDriver } from './node-driver.ts';
import { findK6 } from './provide-k6.ts';
import { type ToldSeat, ToyCoordinator } from './toy-coordinator.ts';
import { toyPlan } from './toy-plan.ts';
import { startToyTarget, type ToyFaults, type ToyTarget } from './toy-target.ts';

const found = await findK6();
const k6 = 'k6' in found ? k6Driver(found.k6) : undefined;
const withoutK6 = 'there is no k6: node scripts/install-k6.js makes one';
const drivers: readonly (readonly [string, BulkDriver | undefined])[] = [
  [k6 ? 'k6' : `k6 (skipped: ${withoutK6})`, k6],
  ['node', nodeDriver()],
];

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.js', '--if-stale'], {
    cwd: packageRoot(),
  });
  if (status !== 0) throw new Error(String(stderr));
}, 120_000);

let folder: string;
let coordinator: ToyCoordinator;
let target: ToyTarget;
let process_: BulkProcess | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-driver-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  await coordinator.close();
  await target.close();
  await process_?.stop();
  process_ = undefined;
});

async function begin(
  driver: BulkDriver,
  surface: LoadPlan['surface'],
  faults: ToyFaults = {},
  shape: Parameters<typeof toyPlan>[2] = {},
  more: Partial<LoadPlan> = {},
): Promise<BulkProcess> {
  target = await startToyTarget(surface, 0xc0ffee, faults);
  coordinator = await ToyCoordinator.start();
  process_ = await driver.start({
    control: coordinator.address,
    surface,
    members: 2,
    log: join(folder, 'bulk.log'),
  });
  await coordinator.plan(toyPlan(surface, target.port, shape, more), process_.members);
  return process_;
}

/** Publishes all of the plan's, or on beam has it asked. */
async function publishAll(surface: LoadPlan['surface'], count = 50): Promise<void> {
  for (const { order } of coordinator.members) order({ say: 'publish', startAt: now() + 50 });
  if (surface === 'beam') {
    await coordinator.until(
      'published',
      () => coordinator.saying('published').length === coordinator.members.length,
    );
  } else {
    // An order is there before what is sent after a flush has been answered.
    await coordinator.flush(900);
    for (let n = 0; n < count; n++) target.publish(n % 2, Math.floor(n / 2));
  }
}

async function accounted(deliveries: number): Promise<void> {
  await coordinator.until(`${deliveries} deliveries`, () => coordinator.received >= deliveries);
}

const has = (life: readonly SeatRow[], event: number): boolean => life.some((row) => row[1] === event);

function openings(): number {
  let count = 0;
  for (const { life } of coordinator.seats.values()) {
    if (has(life, seatEvents.ready)) count += 1;
  }
  return count;
}

describe.each(drivers)('driver %s', (_name, driver) => {
  describe.skipIf(!driver)('is there', () => {
    const started = (): BulkDriver => {
      if (!driver) throw new Error('skipped');
      return driver;
    };

    it.each(['pusher', 'emit'] as const)(
      '%s: accounts for each frame that is lost, doubled, late or strange',
      async (surface) => {
        const process = await begin(started(), surface, { drop: 3, double: 5, swap: 7, leak: 9 });
        await coordinator.join(1, 20);
        expect(openings()).toBe(20);
        await publishAll(surface);
        await accounted(10 * 24 + 10 * 25);
        coordinator.tellStop();
        const ending = await process.stop();
        expect(coordinator.saying('broken')).toEqual([]);
        expect(ending).toEqual({ name: driver?.name, code: 0, signal: null });
        expect([...coordinator.seats.keys()].sort((a, b) => a - b)).toEqual(range(0, 20));
        for (const [seat, told] of coordinator.seats) {
          expect(told.channel).toBe(seat % 2);
          const isBent = seat % 2 === 0;
          expect([...told.received].sort((a, b) => a - b)).toEqual(
            range(0, 25).filter((seq) => !isBent || seq !== 3),
          );
          expect(told.again).toEqual(isBent ? [5] : []);
          expect(told.late).toEqual(isBent ? [7] : []);
          expect(told.foreign).toEqual(isBent ? [[9, 1]] : []);
          expect(told.ghosts).toEqual([]);
          expect(told.life.map(([, event]) => event)).toEqual([
            seatEvents.dialled,
            seatEvents.opened,
            seatEvents.ready,
            seatEvents.closing,
            seatEvents.closed,
          ]);
        }
        expect(coordinator.histograms.get(histogramKinds.delivery)).toBe(10 * 24 + 10 * 25);
      },
    );

    it('beam: asks by its schedule, and accounts for each answer', async () => {
      const process = await begin(started(), 'beam', { drop: 1, double: 2 }, { publishes: 80, rate: 400 });
      await coordinator.join(1, 20);
      await publishAll('beam');
      await accounted(20 * 3);
      coordinator.tellStop();
      expect(await process.stop()).toEqual({ name: driver?.name, code: 0, signal: null });
      expect(coordinator.saying('broken')).toEqual([]);
      expect(coordinator.seats.size).toBe(20);
      for (const told of coordinator.seats.values()) {
        expect(told.asked).toEqual([0, 1, 2, 3]);
        expect([...told.received].sort()).toEqual([0, 2, 3]);
        expect(told.again).toEqual([2]);
        expect(told.foreign).toEqual([]);
      }
    });

    it('pusher: whoever leaves is fenced, and what comes after that is a ghost', async () => {
      const process = await begin(started(), 'pusher', { ghosts: true });
      await coordinator.join(1, 20);
      for (const { order } of coordinator.members) order({ say: 'swap', id: 2, count: 2, rate: 1000 });
      await coordinator.answered(2);
      const leavers = (): ToldSeat[] =>
        [...coordinator.seats.values()].filter(({ life }) => has(life, seatEvents.fenced));
      await coordinator.until('all fenced', () => leavers().length === 4);
      await publishAll('pusher', 2);
      await coordinator.until('ghosts', () => leavers().every(({ ghosts }) => ghosts.length === 1));
      coordinator.tellStop();
      expect((await process.stop()).trouble).toBeUndefined();
      expect(coordinator.saying('broken')).toEqual([]);
      expect([...coordinator.seats.keys()].filter((seat) => seat >= seatsPerLife).sort()).toEqual(
        [0, 1, 2, 3].map((seat) => seat + seatsPerLife),
      );
      // The first four leave, and who takes their place hears what they must not.
      for (const [seat, { received, ghosts, channel }] of coordinator.seats) {
        expect(received).toEqual(seat < 4 ? [] : [0]);
        expect(ghosts).toEqual(seat < 4 ? [[0, channel]] : []);
      }
    });

    it('emit: whoever leaves is gone, and another comes', async () => {
      const process = await begin(started(), 'emit');
      await coordinator.join(1, 20);
      for (const { order } of coordinator.members) order({ say: 'swap', id: 2, count: 3, rate: 1000 });
      await coordinator.answered(2);
      await coordinator.until('six have left', () => target.open() === 20);
      coordinator.tellStop();
      expect((await process.stop()).trouble).toBeUndefined();
      const left = [...coordinator.seats.values()].filter(({ life }) => has(life, seatEvents.leaving));
      expect(left.map(({ life }) => life.map(([, event]) => event))).toEqual(
        Array.from({ length: 6 }, () => [
          seatEvents.dialled,
          seatEvents.opened,
          seatEvents.ready,
          seatEvents.leaving,
          seatEvents.closing,
          seatEvents.fenced,
          seatEvents.closed,
        ]),
      );
      expect(coordinator.seats.size).toBe(26);
    });

    it('comes back after its connections were cut', async () => {
      const process = await begin(started(), 'emit');
      await coordinator.join(1, 20);
      for (const { order } of coordinator.members) order({ say: 'cut', id: 2, withinMs: 200 });
      await coordinator.answered(2);
      await publishAll('emit');
      await accounted(20 * 25);
      coordinator.tellStop();
      expect((await process.stop()).trouble).toBeUndefined();
      for (const seat of range(0, 20)) {
        expect(coordinator.seats.get(seat)?.received).toEqual([]);
        expect(coordinator.seats.get(seat + seatsPerLife)?.received).toEqual(range(0, 25));
      }
    });

    it.each(['pusher', 'emit', 'beam'] as const)(
      '%s: counts who gets in, and who does not',
      async (surface) => {
        const process = await begin(
          started(),
          surface,
          {},
          {},
          { deadlines: { connectMs: 3000, answerMs: 1000 } },
        );
        for (const { order } of coordinator.members) {
          order({ say: 'intrude', id: 2, rate: 40, badShare: 0.7, forMs: 500 });
        }
        await coordinator.answered(2);
        coordinator.tellStop();
        expect((await process.stop()).trouble).toBeUndefined();
        expect(coordinator.saying('broken')).toEqual([]);
        const sum = { goodIn: 0, goodOut: 0, badIn: 0, badOut: 0, refusalMs: 0 };
        for (const told of coordinator.saying('intruders')) {
          for (const key of ['goodIn', 'goodOut', 'badIn', 'badOut'] as const) sum[key] += told[key];
          sum.refusalMs += told.refusalMs.length;
        }
        expect(sum).toEqual({ goodIn: 12, goodOut: 0, badIn: 0, badOut: 28, refusalMs: 28 });
      },
    );

    it('counts whom the target refuses', async () => {
      const refusing = await begin(started(), 'emit', {}, { subscribers: 4, token: 'wrong' });
      await coordinator.join(1, 4);
      coordinator.tellStop();
      expect((await refusing.stop()).trouble).toBeUndefined();
      const refusals = [...coordinator.seats.values()].map(({ life }) => life.at(-1));
      expect(refusals.map((row) => row?.[1])).toEqual(Array(4).fill(seatEvents.refused));
      // k6 says no status to its scripts.
      expect(refusals.map((row) => row?.[3])).toEqual(Array(4).fill(driver?.name === 'k6' ? 0 : 401));
    });

    it('is ended although handshakes are pending', async () => {
      const process = await begin(
        started(),
        'emit',
        { silent: true },
        { subscribers: 4 },
        { deadlines: { connectMs: 200, answerMs: 1000 } },
      );
      await coordinator.join(1, 4);
      expect(coordinator.saying('joined').map(({ ready, failed }) => [ready, failed])).toEqual([
        [0, 2],
        [0, 2],
      ]);
      coordinator.tellStop();
      const { trouble } = await process.stop();
      if (driver?.name === 'k6') expect(trouble).toContain('had to be sent SIGINT');
      else expect(trouble).toBeUndefined();
      expect([...coordinator.seats.values()].map(({ life }) => life.map(([, event]) => event))).toEqual(
        Array(4).fill([seatEvents.dialled, seatEvents.refused]),
      );
    });

    it('is ended although the target never answers a close', async () => {
      const process = await begin(started(), 'emit', {}, { subscribers: 4 });
      await coordinator.join(1, 4);
      target.goDeaf();
      coordinator.tellStop();
      const { trouble } = await process.stop();
      if (driver?.name === 'k6') expect(trouble).toContain('had to be sent SIGINT, SIGINT');
      else expect(trouble).toBeUndefined();
      // What there was to tell was told before.
      for (const { life } of coordinator.seats.values()) expect(has(life, seatEvents.closing)).toBe(true);
    });

    it('ends when the coordinator is lost', async () => {
      const process = await begin(started(), 'emit');
      await coordinator.join(1, 20);
      await coordinator.close();
      expect(await process.ended).toEqual({ name: driver?.name, code: 0, signal: null });
      await expect.poll(() => target.open()).toBe(0);
    });

    it('leaves what it had sent when it is killed', async () => {
      const bulk = await begin(started(), 'emit');
      await coordinator.join(1, 20);
      await publishAll('emit');
      await accounted(20 * 25);
      process.kill(bulk.pid, 'SIGKILL');
      expect(await bulk.ended).toEqual({
        name: driver?.name,
        code: null,
        signal: 'SIGKILL',
        trouble: 'it was ended by SIGKILL',
      });
      expect(coordinator.received).toBe(20 * 25);
      await coordinator.until('all have left', () => coordinator.left === coordinator.members.length);
    });
  });
});
