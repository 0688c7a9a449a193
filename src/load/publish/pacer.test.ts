import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { now } from '../clock.ts';
import { leadOf, pace } from './pacer.ts';

const never = new AbortController().signal;

describe('a schedule', () => {
  it.each([true, false])('is kept in order, nothing sooner than it is due (ahead: %s)', async (ahead) => {
    const gaps = [0, 0, 1, 0.2, 40, 3, 0, 12];
    let at = now() + 20;
    const dueAt = Float64Array.from(gaps, (gap) => {
      at += gap;
      return at;
    });
    const sent: { readonly n: number; readonly at: number }[] = [];
    await pace({ dueAt, ready: (n) => () => sent.push({ n, at: now() }), ahead }, never);
    expect(sent.map(({ n }) => n)).toEqual(gaps.map((_, n) => n));
    for (const { n, at } of sent) expect(at).toBeGreaterThanOrEqual(dueAt[n] ?? Number.POSITIVE_INFINITY);
  });

  it('leaves out nothing that is overdue', async () => {
    const dueAt = Float64Array.from({ length: 200 }, () => now() - 1000);
    let sent = 0;
    await pace({ dueAt, ready: () => () => (sent += 1), ahead: true }, never);
    expect(sent).toBe(200);
  });

  it('ends with its signal, and what is not due yet is not sent', async () => {
    const stopped = new AbortController();
    const began = now();
    const sent: number[] = [];
    await pace(
      {
        dueAt: Float64Array.from([began, began + 3_600_000]),
        ready: (n) => () => {
          sent.push(n);
          setTimeout(() => stopped.abort(), 0);
        },
        ahead: true,
      },
      stopped.signal,
    );
    expect(sent).toEqual([0]);
  });

  it('spends at most a tenth of its time on waiting with open eyes, and wakes in order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 2 }), (gaps) => {
        let at = 0;
        const dueAt = Float64Array.from(gaps, (gap) => {
          at += gap;
          return at;
        });
        let spent = 0;
        for (let n = 1; n < dueAt.length; n++) {
          const lead = leadOf(dueAt, n);
          spent += lead;
          expect((dueAt[n] ?? 0) - lead).toBeGreaterThanOrEqual((dueAt[n - 1] ?? 0) - 1e-9);
        }
        expect(spent).toBeLessThanOrEqual(0.1 * ((dueAt.at(-1) ?? 0) - (dueAt[0] ?? 0)) + 1e-6);
      }),
    );
  });
});
