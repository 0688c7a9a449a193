import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Leases } from './leases.ts';

const spaces = ['a', 'b', 'c', 'd'];

/** The first so many spaces that are free. */
const some =
  (count: number) =>
  (free: (name: string) => boolean): readonly string[] | undefined => {
    const found = spaces.filter(free);
    return found.length < count ? undefined : found.slice(0, count);
  };

/** Whether a promise is settled by now, without waiting for it. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([promise.catch(() => {}), Promise.resolve(pending)])) !== pending;
}

describe('leases', () => {
  it('give a name to one at a time, and serve everybody', async () => {
    const wishes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(wishes, fc.scheduler(), async (counts, scheduler) => {
        const leases = new Leases();
        const held = new Set<string>();
        const served = counts.map(async (count, n) => {
          await scheduler.schedule(Promise.resolve(), `scene ${n} begins`);
          const { names, release } = await leases.take(some(count));
          expect(names).toHaveLength(count);
          for (const name of names) {
            expect(held).not.toContain(name);
            held.add(name);
          }
          await scheduler.schedule(Promise.resolve(), `scene ${n} acts`);
          for (const name of names) held.delete(name);
          release();
        });
        await scheduler.waitFor(Promise.all(served));
        expect(held.size).toBe(0);
      }),
    );
  });

  it('serve everybody who can be served, and fail the others, whatever is retired meanwhile', async () => {
    const wishes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 10 });
    const retired = fc.subarray(spaces);
    await fc.assert(
      fc.asyncProperty(wishes, retired, fc.scheduler(), async (counts, names, scheduler) => {
        const leases = new Leases();
        const scenes = counts.map(async (count, n) => {
          await scheduler.schedule(Promise.resolve(), `scene ${n} begins`);
          const lease = await leases.take(some(count));
          await scheduler.schedule(Promise.resolve(), `scene ${n} acts`);
          lease.release();
        });
        const retiring = names.map(async (name) => {
          await scheduler.schedule(Promise.resolve(), `${name} is retired`);
          leases.retire(name, 'not empty');
        });
        const all = await scheduler.waitFor(Promise.allSettled([...scenes, ...retiring]));
        for (const [n, one] of all.slice(0, counts.length).entries()) {
          if (one.status === 'fulfilled') continue;
          expect(spaces.length - names.length).toBeLessThan(counts[n] ?? 0);
          expect(String(one.reason)).toContain('nothing left to lease');
        }
      }),
    );
  });

  it('make wait who wants what is taken, until it is given back', async () => {
    const leases = new Leases();
    const first = await leases.take(some(4));
    const second = leases.take(some(1));
    expect(await isSettled(second)).toBe(false);
    first.release();
    expect((await second).names).toEqual(['a']);
  });

  it('are given back once, though release is called twice', async () => {
    const leases = new Leases();
    const first = await leases.take(some(1));
    first.release();
    const second = await leases.take(some(1));
    first.release();
    const third = await leases.take(some(1));
    expect([second.names, third.names]).toEqual([['a'], ['b']]);
  });

  it('do not hold up small wishes behind one that has to wait', async () => {
    const leases = new Leases();
    await leases.take(some(2));
    const large = leases.take(some(4));
    expect((await leases.take(some(1))).names).toEqual(['c']);
    expect(await isSettled(large)).toBe(false);
  });
});

describe('a retired name', () => {
  it('is never given again', async () => {
    const leases = new Leases();
    leases.retire('a', 'a job of somebody else');
    expect((await leases.take(some(1))).names).toEqual(['b']);
  });

  it('is not given again by who holds it', async () => {
    const leases = new Leases();
    const { release } = await leases.take(some(1));
    leases.retire('a', 'a job of somebody else');
    release();
    expect((await leases.take(some(1))).names).toEqual(['b']);
  });

  it('makes those fail who waited for it in vain, and says why', async () => {
    const leases = new Leases();
    await leases.take(some(4));
    const waiting = leases.take(some(4));
    leases.retire('d', 'a job of somebody else');
    await expect(waiting).rejects.toThrow('nothing left to lease: d: a job of somebody else');
  });

  it('does not make those fail who can still be served', async () => {
    const leases = new Leases();
    const { release } = await leases.take(some(4));
    const waiting = leases.take(some(3));
    leases.retire('d', 'a job of somebody else');
    release();
    expect((await waiting).names).toEqual(['a', 'b', 'c']);
  });
});
