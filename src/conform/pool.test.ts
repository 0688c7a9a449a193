import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Pool } from './pool.ts';

/** A task that ends when it is told to. */
function task() {
  let end: () => void = () => {};
  const whole = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { whole, end: () => end() };
}

it('never runs more tasks at a time than it has places, and runs all of them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.scheduler(), async (size, scheduler) => {
      const pool = new Pool(size);
      let busy = 0;
      let most = 0;
      const one = async (n: number): Promise<number> => {
        busy += 1;
        most = Math.max(most, busy);
        await scheduler.schedule(Promise.resolve(), `task ${n}`);
        busy -= 1;
        return n;
      };
      const numbers = [...Array(10).keys()];
      const all = Promise.all(
        numbers.map(async (n) => {
          await scheduler.schedule(Promise.resolve(), `arrival ${n}`);
          return pool.run(() => one(n));
        }),
      );
      expect(await scheduler.waitFor(all)).toEqual(numbers);
      expect(most).toBeLessThanOrEqual(size);
    }),
  );
});

it('lets nobody in before those who wait', async () => {
  const pool = new Pool(1);
  const order: string[] = [];
  const first = task();
  const running = pool.run(async () => first.whole);
  const waiting = pool.run(async () => void order.push('waited'));
  first.end();
  await running;
  const late = pool.run(async () => void order.push('late'));
  await Promise.all([waiting, late]);
  expect(order).toEqual(['waited', 'late']);
});

it('gives the place of a task that failed to the next', async () => {
  const pool = new Pool(1);
  const broken = pool.run(async () => {
    throw new Error('broken');
  });
  await expect(broken).rejects.toThrow('broken');
  expect(await pool.run(async () => 'next')).toBe('next');
});
