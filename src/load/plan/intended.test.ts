import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toyPlan } from '../drivers/toy-plan.ts';
import { Intended } from './intended.ts';
import { type LoadPlan, publishesOf } from './load-plan.ts';
import { ChannelOrder, dueAfter, dueOfSeat, inputsOfSeat } from './schedule.ts';

const shape = fc.record({
  channels: fc.integer({ min: 1, max: 30 }),
  spread: fc.constantFrom('even' as const, 'skewed' as const),
  warmup: fc.nat(20),
  seed: fc.nat(),
  pace: fc.array(fc.record({ rate: fc.integer({ min: 1, max: 100 }), publishes: fc.nat(60) }), {
    minLength: 1,
    maxLength: 3,
  }),
});

function planOf(
  surface: LoadPlan['surface'],
  { channels, spread, warmup, seed, pace }: typeof shape extends fc.Arbitrary<infer T> ? T : never,
): LoadPlan {
  const plan = toyPlan(surface, 1);
  const door = plan.channels[0];
  if (!door) throw new Error('a plan without channels');
  return {
    ...plan,
    seed,
    channels: Array.from({ length: channels }, () => door),
    stage: { ...plan.stage, channels, spread, warmup, pace },
  };
}

describe('intended moments', () => {
  it('are those of the schedule, for each publish and for nothing else', () => {
    fc.assert(
      fc.property(shape, (given) => {
        const plan = planOf('emit', given);
        const count = publishesOf(plan.stage);
        const order = new ChannelOrder(plan, count);
        const intended = new Intended(plan);
        intended.startAt = 1000;
        for (let n = 0; n < count; n++) {
          const [channel, seq] = [order.channel[n] ?? -1, order.seq[n] ?? -1];
          expect(intended.index(channel, seq)).toBe(n);
          expect(intended.at(channel, n)).toBeCloseTo(1000 + dueAfter(plan.stage, n), 6);
        }
        for (const [channel, publishes] of order.perChannel.entries()) {
          expect(intended.index(channel, publishes)).toBe(-1);
        }
        expect(intended.index(plan.channels.length, 0)).toBe(-1);
        expect(intended.index(0, 2 ** 48 - 1)).toBe(-1);
      }),
    );
  });

  it('are, on beam, those of the subscriber that asks', () => {
    fc.assert(
      fc.property(shape, fc.nat(30), (given, seat) => {
        const plan = planOf('beam', given);
        const inputs = inputsOfSeat(plan.stage, publishesOf(plan.stage), seat);
        const intended = new Intended(plan);
        intended.startAt = 1000;
        for (let seq = 0; seq < inputs; seq++) {
          expect(intended.index(seat, seq)).toBe(seq);
          expect(intended.at(seat, seq)).toBe(1000 + dueOfSeat(plan.stage, seat, seq));
        }
        expect(intended.index(seat, inputs)).toBe(-1);
      }),
    );
  });

  it('are not known before the first publish is', () => {
    const intended = new Intended(toyPlan('emit', 1));
    expect(intended.index(0, 0)).toBe(0);
    expect(intended.at(0, 0)).toBeNaN();
  });
});
