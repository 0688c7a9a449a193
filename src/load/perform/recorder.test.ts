import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRuns } from '../control/codec.ts';
import { seatEvents } from '../control/messages.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import { SeatLedger } from '../wire/seat-ledger.ts';
import { StageRecorder } from './recorder.ts';

const plan: LoadPlan = {
  ...{ run: 1, surface: 'pusher', dialect: '', seed: 1, probes: 1, sentinels: 0, tls: {} },
  stage: {
    ...{ name: 'test', subscribers: 2, channels: 1, spread: 'even', connectRate: 1, warmup: 0, holdMs: 0 },
    ...{ padding: 0, pace: [{ rate: 10, publishes: 100 }], behaviour: { kind: 'steady' } },
  },
  channels: [{ name: 'a', url: '', headers: {} }],
  authorize: { kind: 'none' },
  deadlines: { connectMs: 1, answerMs: 1 },
  stamped: false,
};

function recorder(): StageRecorder {
  const made = new StageRecorder(plan, 'node');
  made.record.startAt = 1000;
  made.told('bulk', 3, { say: 'seats', rows: [[1, 0, 0, 0]] });
  return made;
}

describe('what a stage’s processes tell', () => {
  it('makes a seat’s life', () => {
    const { record } = withLife([
      [seatEvents.dialled, 1, 0],
      [seatEvents.opened, 2, 0],
      [seatEvents.ready, 3, 0],
      [seatEvents.closed, 9, 4200],
    ]);
    expect(record.seats[0]).toMatchObject({
      ...{ seat: 1, role: 'bulk', process: 3, position: 'bulk', dialled: 1, opened: 2, ready: 3 },
      ...{ closed: 9, code: 4200, closedBy: 'them', refused: -1 },
    });
  });

  it('knows who began a close', () => {
    const { record } = withLife([
      [seatEvents.opened, 2, 0],
      [seatEvents.closing, 8, 0],
      [seatEvents.closed, 9, 1000],
    ]);
    expect(record.seats[0]?.closedBy).toBe('us');
  });

  it('takes sleep for a leave, and keeps the status of a refusal', () => {
    const { record } = withLife([
      [seatEvents.asleep, 5, 0],
      [seatEvents.refused, 6, 401],
    ]);
    expect(record.seats[0]).toMatchObject({ leaving: 5, refused: 401 });
  });

  it('dates a publish by the plan, and not by when it was sent', () => {
    const made = recorder();
    made.told('publisher', 0, { say: 'publishes', rows: [[0, 7, 1750, 1760, 200]] });
    expect(made.record.publishes).toEqual([
      { channel: 0, seq: 7, intended: 1700, sent: 1750, acknowledged: 1760, status: 200 },
    ]);
  });

  it('says so where something is told of nobody, or is not known', () => {
    const made = recorder();
    made.told('bulk', 3, { say: 'life', rows: [[5, seatEvents.ready, 1, 0]] });
    made.sent('bulk', 3, new DataView(new Uint8Array([99]).buffer));
    expect(made.record.broken).toHaveLength(2);
  });

  it('adds up intruders and counts', () => {
    const made = recorder();
    const some = { goodIn: 1, goodOut: 2, badIn: 3, badOut: 4, refusalMs: [5] };
    for (const _time of [1, 2]) made.told('bulk', 3, { say: 'intruders', ...some });
    made.told('bulk', 3, { say: 'counts', frames: 3, bytes: 30, other: 1 });
    expect(made.record.intruders).toEqual({ goodIn: 2, goodOut: 4, badIn: 6, badOut: 8, refusalMs: [5, 5] });
    expect(made.record.counts).toEqual({ frames: 3, bytes: 30, other: 1 });
  });

  it('has of each number that a subscriber received what it was, in whatever pieces that was told', () => {
    const numbers = fc.array(fc.nat(20), { maxLength: 40 });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 10 }), (received, each) => {
        const made = recorder();
        const ledger = new SeatLedger();
        const tell = (): void => {
          if (ledger.hasNews) made.sent('bulk', 3, new DataView(encodeRuns([1], [ledger.take()])));
        };
        for (const [at, seq] of received.entries()) {
          ledger.receive(seq);
          if (at % each === 0) tell();
        }
        tell();
        const seat = made.record.seats[0];
        const distinct = [...new Set(received)].sort((a, b) => a - b);
        expect(numbersIn(seat?.received ?? [])).toEqual(distinct);
        expect(made.received).toBe(distinct.length);
        expect(seat?.again.length).toBe(received.length - distinct.length);
      }),
    );
  });
});

function withLife(rows: readonly (readonly [event: number, at: number, value: number])[]): StageRecorder {
  const made = recorder();
  made.told('bulk', 3, {
    say: 'life',
    rows: rows.map(([event, at, value]) => [1, event, at, value] as const),
  });
  return made;
}

function numbersIn(ranges: readonly number[]): number[] {
  const all: number[] = [];
  for (let at = 0; at + 1 < ranges.length; at += 2) {
    for (let n = ranges[at] ?? 0; n <= (ranges[at + 1] ?? -1); n++) all.push(n);
  }
  return all.sort((a, b) => a - b);
}
