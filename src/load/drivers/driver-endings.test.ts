import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { seatEvents } from '../control/messages.ts';
import type { BulkDriver } from './driver.ts';
import { buildIfStale, driversToTry, ToyRig, withoutK6 } from './toy-rig.ts';

beforeAll(buildIfStale, 120_000);

describe.each(await driversToTry())('driver $name', ({ driver }) => {
  describe.skipIf(!driver)(driver ? 'is there' : withoutK6, () => {
    let rig: ToyRig;
    afterEach(() => rig.end());
    const started = (): BulkDriver => {
      if (!driver) throw new Error('skipped');
      return driver;
    };

    it('is ended although handshakes are pending', async () => {
      rig = await ToyRig.start(started(), 'emit', {
        faults: { silent: true },
        shape: { subscribers: 4 },
        plan: () => ({ deadlines: { connectMs: 200, answerMs: 1000 } }),
      });
      await rig.coordinator.join(1, 4);
      expect(rig.coordinator.saying('joined').map(({ ready, failed }) => [ready, failed])).toEqual([
        [0, 2],
        [0, 2],
      ]);
      rig.coordinator.tellStop();
      const { trouble } = await rig.process.stop();
      if (driver?.name === 'k6') expect(trouble).toContain('had to be sent SIGINT');
      else expect(trouble).toBeUndefined();
      expect([...rig.coordinator.seats.values()].map(({ life }) => life.map(([, event]) => event))).toEqual(
        Array(4).fill([seatEvents.dialled, seatEvents.refused]),
      );
    });

    it('is ended although the target never answers a close', async () => {
      rig = await ToyRig.start(started(), 'emit', { shape: { subscribers: 4 } });
      await rig.coordinator.join(1, 4);
      rig.target.goDeaf();
      rig.coordinator.tellStop();
      const { trouble } = await rig.process.stop();
      if (driver?.name === 'k6') expect(trouble).toContain('had to be sent SIGINT, SIGINT');
      else expect(trouble).toBeUndefined();
      // What there was to tell was told before.
      for (const { life } of rig.coordinator.seats.values())
        expect(life.some(([, event]) => event === seatEvents.closing)).toBe(true);
    });

    it('ends when the coordinator is lost', async () => {
      rig = await ToyRig.start(started(), 'emit');
      await rig.coordinator.join(1, 20);
      await rig.coordinator.close();
      expect(await rig.process.ended).toEqual({ name: driver?.name, code: 0, signal: null });
      await expect.poll(() => rig.target.open()).toBe(0);
    });

    it('leaves what it had sent when it is killed', async () => {
      rig = await ToyRig.start(started(), 'emit');
      await rig.coordinator.join(1, 20);
      await rig.publish('emit');
      await rig.received(20 * 25);
      process.kill(rig.process.pid, 'SIGKILL');
      expect(await rig.process.ended).toEqual({
        name: driver?.name,
        code: null,
        signal: 'SIGKILL',
        trouble: 'it was ended by SIGKILL',
      });
      expect(rig.coordinator.received).toBe(20 * 25);
      await rig.coordinator.until(
        'all have left',
        () => rig.coordinator.left === rig.coordinator.members.length,
      );
    });
  });
});
