import { describe, expect, it } from 'vitest';
import { now } from '../clock.ts';
import { Turnstile } from './turnstile.ts';

describe('a turnstile', () => {
  it('lets everything through in the order it came, none sooner than its turn', async () => {
    const spacingMs = 0.5;
    const turnstile = new Turnstile(spacingMs);
    const passed: { readonly n: number; readonly at: number }[] = [];
    const began = now();
    await new Promise<void>((resolve) => {
      const count = 120;
      const enter = (n: number): void =>
        turnstile.enter(() => {
          passed.push({ n, at: now() });
          if (passed.length === count) resolve();
        });
      for (let n = 0; n < count - 20; n++) enter(n);
      // While the others pass, some more come to the end of the queue.
      setTimeout(() => {
        for (let n = count - 20; n < count; n++) enter(n);
      }, 10);
    });
    expect(passed.map(({ n }) => n)).toEqual(passed.map((_, place) => place));
    for (const [place, { at }] of passed.entries()) {
      expect(at - began).toBeGreaterThanOrEqual((place + 1) * spacingMs);
    }
  });

  it('has whoever comes to an empty one wait for a turn alone', async () => {
    const turnstile = new Turnstile(5);
    for (let turn = 0; turn < 3; turn++) {
      const came = now();
      const went = await new Promise<number>((resolve) => turnstile.enter(() => resolve(now())));
      expect(went - came).toBeGreaterThanOrEqual(5);
    }
  });

  it('keeps nobody waiting where there is no spacing', () => {
    const passed: number[] = [];
    const turnstile = new Turnstile(0);
    turnstile.enter(() => passed.push(1));
    passed.push(2);
    expect(passed).toEqual([1, 2]);
  });
});
