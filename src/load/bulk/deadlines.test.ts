import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deadlines, type Waiting } from './deadlines.ts';
import type { Host } from './host.ts';

/** A clock that is moved by hand, and the timers that wait for it. */
class Clock {
  at = 0;
  #timers: { readonly due: number; readonly run: () => void }[] = [];

  get host(): Host {
    return {
      now: () => this.at,
      after: (ms: number, run: () => void) => {
        this.#timers.push({ due: this.at + ms, run });
        return () => {};
      },
    } as unknown as Host;
  }

  get waiting(): number {
    return this.#timers.length;
  }

  to(moment: number): void {
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => a.due - b.due);
      if (!next || next.due > moment) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.at = Math.max(this.at, next.due);
      next.run();
    }
    this.at = moment;
  }
}

function waiter(expired: () => void): Waiting {
  return { ticket: 0, expired };
}

describe('deadlines', () => {
  it('pass when each of them would by a timer of its own, and only the last that was set', () => {
    const step = fc.record({
      after: fc.integer({ min: 0, max: 30 }),
      who: fc.integer({ min: 0, max: 4 }),
      ms: fc.constantFrom(10, 25, 100, undefined),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const clock = new Clock();
        const deadlines = new Deadlines(clock.host);
        const passed: string[] = [];
        const due = new Map<number, number>();
        const expected: string[] = [];
        const crew = [0, 1, 2, 3, 4].map((who) => waiter(() => passed.push(`${who} at ${clock.at}`)));
        const pass = (moment: number): void => {
          for (const [who, at] of [...due].sort((a, b) => a[1] - b[1] || a[0] - b[0])) {
            if (at > moment) continue;
            expected.push(`${who} at ${at}`);
            due.delete(who);
          }
          clock.to(moment);
        };
        for (const { after, who, ms } of steps) {
          pass(clock.at + after);
          const one = crew[who];
          if (!one) continue;
          if (ms === undefined) {
            deadlines.clear(one);
            due.delete(who);
          } else {
            deadlines.set(one, ms);
            due.set(who, clock.at + ms);
          }
        }
        pass(clock.at + 1000);
        expect([...passed].sort()).toEqual([...expected].sort());
      }),
    );
  });

  it('need one timer for all that last equally long', () => {
    const clock = new Clock();
    const deadlines = new Deadlines(clock.host);
    let passed = 0;
    for (let n = 0; n < 1000; n++) {
      clock.at = n / 1000;
      deadlines.set(
        waiter(() => {
          passed += 1;
        }),
        100,
      );
    }
    expect(clock.waiting).toBe(1);
    clock.to(200);
    expect(passed).toBe(1000);
    expect(clock.waiting).toBe(0);
  });

  it('may be set anew by whoever is told that one has passed', () => {
    const clock = new Clock();
    const deadlines = new Deadlines(clock.host);
    const passed: number[] = [];
    const one: Waiting = waiter(() => {
      passed.push(clock.at);
      if (passed.length < 3) deadlines.set(one, 10);
    });
    deadlines.set(one, 10);
    clock.to(100);
    expect(passed).toEqual([10, 20, 30]);
  });
});
