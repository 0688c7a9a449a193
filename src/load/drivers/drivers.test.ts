import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/spec-files.ts';
import { now } from '../clock.ts';
import { histogramKinds } from '../control/codec.ts';
import { seatEvents } from '../control/messages.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import type { BulkDriver, BulkProcess } from './driver.ts';
import { k6Driver } from './k6-driver.ts';
import { nodeDriver } from './node-driver.ts';
import { findK6 } from './provide-k6.ts';
import { ToyCoordinator } from './toy-coordinator.ts';
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

function openings(): number {
  let count = 0;
  for (const { life } of coordinator.seats.values()) {
    if (life.some(([, event]) => event === seatEvents.ready)) count += 1;
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
  });
});
