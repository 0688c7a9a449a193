import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Intake } from './intake.ts';

const mebibyte = 1024 * 1024;

describe('an intake', () => {
  it('takes whatever comes, as long as there is room', () => {
    const intake = new Intake();
    const account = { sent: 0 };
    for (let n = 0; n < 15; n++) expect(intake.event(account, 'x'.repeat(2 * mebibyte))).toBe(true);
    expect(intake.isFull).toBe(false);
  });

  it('cuts off who filled it, and nobody who kept to a share', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 20 }), (sizes) => {
        const intake = new Intake();
        const flooding = { sent: 0 };
        while (intake.bytes(flooding, mebibyte));
        const modest = { sent: 0 };
        expect(sizes.every((size) => intake.event(modest, 'x'.repeat(size)))).toBe(true);
        expect(intake.bytes(flooding, 1)).toBe(false);
      }),
    );
  });

  it('counts what has nothing in it', () => {
    const intake = new Intake();
    const account = { sent: 0 };
    let events = 0;
    while (intake.event(account, '')) events += 1;
    expect(events).toBeLessThan(300_000);
  });

  it('counts what a text becomes when it is parsed', () => {
    const intake = new Intake();
    expect(intake.event({ sent: 0 }, '[],'.repeat(mebibyte))).toBe(false);
  });
});
