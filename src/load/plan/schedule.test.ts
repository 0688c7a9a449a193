import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Intended } from './intended.ts';
import { type LoadPlan, publishesOf, type StageShape } from './load-plan.ts';
import { ChannelOrder, dueAfter, dueOfSeat, inputsOfSeat } from './schedule.ts';

const stage: StageShape = {
  name: 'test',
  subscribers: 4,
  channels: 3,
  spread: 'even',
  connectRate: 100,
  pace: [
    { rate: 10, publishes: 5 },
    { rate: 100, publishes: 10 },
  ],
  warmup: 2,
  holdMs: 0,
  padding: 0,
  behaviour: { kind: 'steady' },
};

function planOf(more: Partial<StageShape> = {}, surface: LoadPlan['surface'] = 'pusher'): LoadPlan {
  const shape = { ...stage, ...more };
  return {
    ...{ run: 1, surface, dialect: '', seed: 7, stage: shape, probes: 0, sentinels: 0, tls: {} },
    channels: Array.from({ length: shape.channels }, (_, n) => ({ name: `c${n}`, url: '', headers: {} })),
    authorize: { kind: 'none' },
    deadlines: { connectMs: 1, answerMs: 1 },
    stamped: false,
  };
}

describe('when publishes are due', () => {
  it('warms up at the first pace, and goes from pace to pace', () => {
    const due = [0, 1, 2, 6, 7, 8, 16].map((n) => dueAfter(stage, n));
    [0, 100, 200, 600, 700, 710, 790].forEach((ms, at) => {
      expect(due[at]).toBeCloseTo(ms);
    });
  });

  it('is over when the last one has had its time', () => {
    expect(dueAfter(stage, publishesOf(stage))).toBeCloseTo(800);
  });

  it('is never where nothing is published', () => {
    expect(dueAfter({ ...stage, pace: [] }, 0)).toBeNaN();
  });

  it('never goes back', () => {
    const paces = fc.array(fc.record({ rate: fc.integer({ min: 1, max: 500 }), publishes: fc.nat(20) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(paces, fc.nat(10), (pace, warmup) => {
        const shape = { ...stage, pace, warmup };
        for (let n = 1; n <= publishesOf(shape); n++) {
          expect(dueAfter(shape, n)).toBeGreaterThan(dueAfter(shape, n - 1));
        }
      }),
    );
  });
});

describe('which channel publishes go to', () => {
  it('is each in turn, and in no channel is a number left out', () => {
    const order = new ChannelOrder(planOf(), 7);
    expect([...order.channel]).toEqual([0, 1, 2, 0, 1, 2, 0]);
    expect([...order.seq]).toEqual([0, 0, 0, 1, 1, 1, 2]);
    expect([...order.perChannel]).toEqual([3, 2, 2]);
  });

  it('is for at least every other one a tenth of the channels, where it is skewed; the same by one seed', () => {
    const plan = planOf({ spread: 'skewed', channels: 50 });
    const [order, again] = [new ChannelOrder(plan, 400), new ChannelOrder(plan, 400)];
    expect([...again.channel]).toEqual([...order.channel]);
    expect([...order.channel].filter((channel) => channel < 5).length).toBeGreaterThanOrEqual(200);
    expect([...new ChannelOrder({ ...plan, seed: 8 }, 400).channel]).not.toEqual([...order.channel]);
  });

  it.each(['even', 'skewed'] as const)('agrees with what receivers make of the plan: %s', (spread) => {
    const plan = planOf({ spread, channels: 20 });
    const count = publishesOf(plan.stage);
    const order = new ChannelOrder(plan, count);
    const intended = new Intended(plan);
    intended.startAt = 1000;
    for (let n = 0; n < count; n++) {
      const [channel = 0, seq = 0] = [order.channel[n], order.seq[n]];
      expect(intended.at(channel, intended.index(channel, seq))).toBeCloseTo(1000 + dueAfter(plan.stage, n));
    }
    expect(intended.index(0, order.perChannel[0] ?? 0)).toBe(-1);
  });
});

describe('when subscribers of beam ask', () => {
  it('is in turn, so that all of them keep the rate of the stage', () => {
    const count = publishesOf(stage);
    const all = Array.from({ length: stage.subscribers }, (_, seat) =>
      Array.from({ length: inputsOfSeat(stage, count, seat) }, (_unused, n) => dueOfSeat(stage, seat, n)),
    ).flat();
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => dueAfter(stage, n)));
  });
});
