import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { histogramKinds } from '../control/codec.ts';
import { type SeatRow, seatEvents } from '../control/messages.ts';
import { seatsPerLife } from '../plan/load-plan.ts';
import type { BulkDriver } from './driver.ts';
import { buildIfStale, driversToTry, ToyRig, withoutK6 } from './toy-rig.ts';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

const has = (life: readonly SeatRow[], event: number): boolean => life.some((row) => row[1] === event);

const ready = ({ coordinator }: ToyRig): number =>
  [...coordinator.seats.values()].filter(({ life }) => has(life, seatEvents.ready)).length;

beforeAll(buildIfStale, 120_000);

describe.each(await driversToTry())('driver $name', ({ driver }) => {
  describe.skipIf(!driver)(driver ? 'is there' : withoutK6, () => {
    let rig: ToyRig;
    afterEach(() => rig.end());
    const started = (): BulkDriver => {
      if (!driver) throw new Error('skipped');
      return driver;
    };

    it.each(['pusher', 'emit'] as const)(
      '%s: accounts for each frame that is lost, doubled, late or strange',
      async (surface) => {
        rig = await ToyRig.start(started(), surface, { faults: { drop: 3, double: 5, swap: 7, leak: 9 } });
        await rig.coordinator.join(1, 20);
        expect(ready(rig)).toBe(20);
        await rig.publish(surface);
        await rig.received(10 * 24 + 10 * 25);
        rig.coordinator.tellStop();
        const ending = await rig.process.stop();
        expect(rig.coordinator.saying('broken')).toEqual([]);
        expect(ending).toEqual({ name: driver?.name, code: 0, signal: null });
        expect([...rig.coordinator.seats.keys()].sort((a, b) => a - b)).toEqual(range(0, 20));
        for (const [seat, told] of rig.coordinator.seats) {
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
        expect(rig.coordinator.histograms.get(histogramKinds.delivery)).toBe(10 * 24 + 10 * 25);
      },
    );

    it('beam: asks by its schedule, and accounts for each answer', async () => {
      rig = await ToyRig.start(started(), 'beam', {
        faults: { drop: 1, double: 2 },
        shape: { publishes: 80, rate: 400 },
      });
      await rig.coordinator.join(1, 20);
      await rig.publish('beam');
      await rig.received(20 * 3);
      rig.coordinator.tellStop();
      expect(await rig.process.stop()).toEqual({ name: driver?.name, code: 0, signal: null });
      expect(rig.coordinator.saying('broken')).toEqual([]);
      expect(rig.coordinator.seats.size).toBe(20);
      for (const told of rig.coordinator.seats.values()) {
        expect(told.asked).toEqual([0, 1, 2, 3]);
        expect([...told.received].sort()).toEqual([0, 2, 3]);
        expect(told.again).toEqual([2]);
        expect(told.foreign).toEqual([]);
      }
    });

    it.each([
      ['pusher', '{"event":"pusher:pong","data":{}}'],
      ['beam', undefined],
    ] as const)('%s: bare connections are there, answer, and ask for nothing', async (surface, said) => {
      rig = await ToyRig.start(started(), surface, { shape: { publishes: 0, bare: true } });
      await rig.coordinator.join(1, 20);
      expect(ready(rig)).toBe(20);
      if (said !== undefined) await vi.waitFor(() => expect(rig.target.told).toHaveLength(20), 5000);
      expect(rig.target.open()).toBe(20);
      rig.coordinator.tellStop();
      expect(await rig.process.stop()).toEqual({ name: driver?.name, code: 0, signal: null });
      expect(rig.coordinator.saying('broken')).toEqual([]);
      // All that they ever said, since they have closed.
      expect(rig.target.told).toEqual(said === undefined ? [] : Array.from({ length: 20 }, () => said));
      for (const { life } of rig.coordinator.seats.values()) {
        expect(life.map(([, event]) => event)).toEqual([
          seatEvents.dialled,
          seatEvents.opened,
          seatEvents.ready,
          seatEvents.closing,
          seatEvents.closed,
        ]);
      }
    });

    it('pusher: whoever leaves is fenced, and what comes after that is a ghost', async () => {
      rig = await ToyRig.start(started(), 'pusher', { faults: { ghosts: true } });
      await rig.coordinator.join(1, 20);
      for (const { order } of rig.coordinator.members) order({ say: 'swap', id: 2, count: 2, rate: 1000 });
      await rig.coordinator.answered(2);
      const haunted = (): number =>
        [...rig.coordinator.seats.values()].filter(({ ghosts }) => ghosts.length > 0).length;
      await rig.coordinator.until('four ghosts', () => haunted() === 4);
      await rig.publish('pusher', 2);
      await rig.received(20);
      rig.coordinator.tellStop();
      expect((await rig.process.stop()).trouble).toBeUndefined();
      expect(rig.coordinator.saying('broken')).toEqual([]);
      expect([...rig.coordinator.seats.keys()].filter((seat) => seat >= seatsPerLife).sort()).toEqual(
        [0, 1, 2, 3].map((seat) => seat + seatsPerLife),
      );
      // The first four leave, and others take their place.
      for (const [seat, { received, ghosts, channel }] of rig.coordinator.seats) {
        expect(received).toEqual(seat < 4 ? [] : [0]);
        expect(ghosts).toEqual(seat < 4 ? [[0, channel]] : []);
      }
    });

    it('emit: whoever leaves is gone, and another comes', async () => {
      rig = await ToyRig.start(started(), 'emit');
      await rig.coordinator.join(1, 20);
      for (const { order } of rig.coordinator.members) order({ say: 'swap', id: 2, count: 3, rate: 1000 });
      await rig.coordinator.answered(2);
      await rig.coordinator.until('six have left', () => rig.target.open() === 20);
      rig.coordinator.tellStop();
      expect((await rig.process.stop()).trouble).toBeUndefined();
      const left = [...rig.coordinator.seats.values()].filter(({ life }) => has(life, seatEvents.leaving));
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
      expect(rig.coordinator.seats.size).toBe(26);
    });

    it('comes back after its connections were cut', async () => {
      rig = await ToyRig.start(started(), 'emit');
      await rig.coordinator.join(1, 20);
      for (const { order } of rig.coordinator.members) order({ say: 'cut', id: 2, withinMs: 200 });
      await rig.coordinator.answered(2);
      await rig.publish('emit');
      await rig.received(20 * 25);
      rig.coordinator.tellStop();
      expect((await rig.process.stop()).trouble).toBeUndefined();
      for (const seat of range(0, 20)) {
        expect(rig.coordinator.seats.get(seat)?.received).toEqual([]);
        expect(rig.coordinator.seats.get(seat + seatsPerLife)?.received).toEqual(range(0, 25));
      }
    });

    it.each(['pusher', 'emit', 'beam'] as const)(
      '%s: counts who gets in, and who does not',
      async (surface) => {
        rig = await ToyRig.start(started(), surface, {
          plan: () => ({ deadlines: { connectMs: 3000, answerMs: 1000 } }),
        });
        for (const { order } of rig.coordinator.members) {
          order({ say: 'intrude', id: 2, rate: 40, badShare: 0.7, forMs: 500 });
        }
        await rig.coordinator.answered(2);
        rig.coordinator.tellStop();
        expect((await rig.process.stop()).trouble).toBeUndefined();
        expect(rig.coordinator.saying('broken')).toEqual([]);
        const sum = { goodIn: 0, goodOut: 0, badIn: 0, badOut: 0, refusalMs: 0 };
        for (const told of rig.coordinator.saying('intruders')) {
          for (const key of ['goodIn', 'goodOut', 'badIn', 'badOut'] as const) sum[key] += told[key];
          sum.refusalMs += told.refusalMs.length;
        }
        expect(sum).toEqual({ goodIn: 12, goodOut: 0, badIn: 0, badOut: 28, refusalMs: 28 });
      },
    );

    it('counts whom the target refuses', async () => {
      rig = await ToyRig.start(started(), 'emit', { shape: { subscribers: 4, token: 'wrong' } });
      await rig.coordinator.join(1, 4);
      rig.coordinator.tellStop();
      expect((await rig.process.stop()).trouble).toBeUndefined();
      const refusals = [...rig.coordinator.seats.values()].map(({ life }) => life.at(-1));
      expect(refusals.map((row) => row?.[1])).toEqual(Array(4).fill(seatEvents.refused));
      // k6 says no status to its scripts.
      expect(refusals.map((row) => row?.[3])).toEqual(Array(4).fill(driver?.name === 'k6' ? 0 : 401));
    });

    it.each(['form', 'json'] as const)('pusher: asks an endpoint for signatures, as %s', async (body) => {
      const headers = { authorization: 'Bearer toy' };
      rig = await ToyRig.start(started(), 'pusher', {
        plan: (port) => ({
          authorize: { kind: 'endpoint', url: `http://127.0.0.1:${port}/auth`, headers, body },
        }),
      });
      await rig.coordinator.join(1, 20);
      expect(ready(rig)).toBe(20);
      expect(rig.target.askedToSign).toBe(20);
    });

    it('pusher: says with which status an endpoint refuses to sign', async () => {
      rig = await ToyRig.start(started(), 'pusher', {
        shape: { subscribers: 4 },
        plan: (port) => ({
          authorize: { kind: 'endpoint', url: `http://127.0.0.1:${port}/auth`, headers: {}, body: 'form' },
        }),
      });
      await rig.coordinator.join(1, 4);
      expect(ready(rig)).toBe(0);
      const refusals = [...rig.coordinator.seats.values()].flatMap(({ life }) =>
        life.filter(([, event]) => event === seatEvents.refused),
      );
      expect(refusals.map((row) => row[3])).toEqual([403, 403, 403, 403]);
    });

    it('has subscribers stop reading, where it can', async () => {
      rig = await ToyRig.start(started(), 'emit');
      await rig.coordinator.join(1, 20);
      for (const { order } of rig.coordinator.members) order({ say: 'sleep', count: 2 });
      await rig.publish('emit');
      if (driver?.name === 'k6') {
        await rig.received(20 * 25);
        expect(rig.coordinator.saying('broken')[0]?.reason).toContain('in k6 none can (--driver node)');
        return;
      }
      await rig.received(16 * 25);
      await rig.coordinator.flush(2);
      const silent = [...rig.coordinator.seats].filter(([, { received }]) => received.length === 0);
      expect(silent.map(([seat]) => seat).sort()).toEqual([16, 17, 18, 19]);
      expect(rig.coordinator.saying('broken')).toEqual([]);
    });
  });
});
