import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Found, saturate, type Try } from './saturate.ts';

/** A server that bears values up to a capacity, and a generator that tells the truth up to another. */
function toy(capacity: number, generator = Number.POSITIVE_INFINITY): Try {
  return async (value) => {
    if (value > generator) return { outcome: 'invalid', reason: 'the generator' };
    return value > capacity ? { outcome: 'fail', reason: 'last.p99' } : { outcome: 'pass', reason: '' };
  };
}

const never = { from: 1, most: 1e6, isOver: () => false };

describe('the search for saturation', () => {
  it('brackets any capacity, narrowly, and confirms both ends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 500_000 }), async (capacity) => {
        const found = await saturate(toy(capacity), never);
        expect(found.low).toBeLessThanOrEqual(capacity);
        expect(found.high).toBeGreaterThan(capacity);
        expect(found.high).toBeLessThanOrEqual(Math.max(found.low * 1.1, found.low + 1));
        expect(found).toMatchObject({ confirmed: true, limitedBy: 'server', reason: 'last.p99' });
        expect(found.trials.filter(({ kind }) => kind === 'confirm')).toHaveLength(4);
      }),
    );
  });

  it('names the generator where that breaks first, and claims no upper end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 1000 }),
        fc.integer({ min: 1, max: 1000 }),
        async (generator, more) => {
          const found = await saturate(toy(generator + more * 2 + generator, generator), never);
          expect(found.limitedBy).toBe('generator');
          expect(found.high).toBe(Number.POSITIVE_INFINITY);
          expect(found.low).toBeLessThanOrEqual(generator);
          expect(found.low).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('takes no single hiccup of the generator for where it ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 500_000 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 20 }),
        async (capacity, places) => {
          let tried = 0;
          let before = false;
          const found = await saturate(async (value, kind) => {
            // Never twice in a row: that is no hiccup.
            const hiccups = places.includes(tried) && !before;
            tried += 1;
            before = hiccups;
            return hiccups ? { outcome: 'invalid', reason: 'a hiccup' } : toy(capacity)(value, kind);
          }, never);
          expect(found).toMatchObject({ confirmed: true, limitedBy: 'server', reason: 'last.p99' });
          expect(found.low).toBeLessThanOrEqual(capacity);
          expect(found.high).toBeGreaterThan(capacity);
        },
      ),
    );
  });

  it('names what of the generator broke, and not what of the server did above it', async () => {
    const found = await saturate(async (value) => {
      if (value === 91) return { outcome: 'invalid', reason: 'the generator' };
      return value > 91 ? { outcome: 'fail', reason: 'last.p99' } : { outcome: 'pass', reason: '' };
    }, never);
    expect(found.trials.some(({ outcome }) => outcome === 'fail')).toBe(true);
    expect(found).toMatchObject({ limitedBy: 'generator', reason: 'the generator' });
  });

  it('stops at the largest value there is', async () => {
    const found = await saturate(toy(1e9), { ...never, most: 100 });
    expect(found).toMatchObject({ low: 100, limitedBy: 'bound', confirmed: true });
  });

  it('goes down from a first value that fails', async () => {
    const found = await saturate(toy(30), { ...never, from: 1000 });
    expect(found.low).toBeLessThanOrEqual(30);
    expect(found.low).toBeGreaterThan(25);
  });

  it('finds nothing where nothing holds', async () => {
    const found = await saturate(toy(0), { ...never, from: 100 });
    expect(found).toMatchObject({ low: 0, confirmed: false });
  });

  it('gives the bracket so far, not confirmed, when its time is over', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 10_000 }),
        fc.integer({ min: 0, max: 12 }),
        async (capacity, budget) => {
          let tried = 0;
          const counted: Try = async (value, kind) => {
            tried += 1;
            return toy(capacity)(value, kind);
          };
          const found = await saturate(counted, { ...never, isOver: () => tried >= budget });
          expect(found.trials.length).toBeLessThanOrEqual(budget);
          expect(found.low).toBeLessThanOrEqual(capacity);
          expect(found.high).toBeGreaterThan(capacity);
        },
      ),
    );
  });

  it('moves an end that does not hold a second time', async () => {
    let isTired = false;
    const found: Found = await saturate(async (value, kind) => {
      if (kind === 'confirm') isTired = true;
      return toy(isTired ? 50 : 100)(value, kind);
    }, never);
    expect(found.low).toBeLessThanOrEqual(50);
    expect(found.high).toBeGreaterThan(50);
    expect(found.confirmed).toBe(true);
  });
});
