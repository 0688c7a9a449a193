import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyRecord } from '../perform/recorder.ts';
import type { LoadPlan, StageShape } from '../plan/load-plan.ts';
import { accountOf } from './accounts.ts';
import type { SeatRecord, StageRecord } from './stage-record.ts';

const stage: StageShape = {
  name: 'test',
  subscribers: 10,
  channels: 1,
  spread: 'even',
  connectRate: 100,
  pace: [{ rate: 10, publishes: 100 }],
  warmup: 0,
  holdMs: 0,
  padding: 0,
  behaviour: { kind: 'steady' },
};

const plan: LoadPlan = {
  run: 1,
  surface: 'pusher',
  dialect: 'modelbeam',
  seed: 1,
  stage,
  channels: [{ name: 'a', url: 'ws://127.0.0.1', headers: {} }],
  authorize: { kind: 'none' },
  probes: 0,
  sentinels: 0,
  tls: {},
  deadlines: { connectMs: 1000, answerMs: 1000 },
  stamped: false,
};

/** Publishes each 100 ms from 1000 on, each acknowledged 10 ms later; `unknown` were not. */
function recordOf(
  publishes: number,
  unknown: ReadonlySet<number> = new Set(),
  ackMs = 10,
  driver: StageRecord['driver'] = 'node',
): StageRecord {
  const record = emptyRecord(plan, driver);
  record.startAt = 1000;
  record.drainedAt = 1000 + publishes * 100 + 5000;
  for (let seq = 0; seq < publishes; seq++) {
    const sent = 1000 + seq * 100;
    const isKnown = !unknown.has(seq);
    record.publishes.push({
      channel: 0,
      seq,
      intended: sent,
      sent,
      acknowledged: isKnown ? sent + ackMs : -1,
      status: isKnown ? 200 : 0,
    });
  }
  return record;
}

function seat(received: readonly number[], more: Partial<SeatRecord> = {}): SeatRecord {
  return {
    seat: 0,
    role: 'bulk',
    process: 0,
    channel: 0,
    position: 'bulk',
    due: 0,
    dialled: 0,
    opened: 1,
    ready: 2,
    leaving: Number.NaN,
    fenced: Number.NaN,
    closing: Number.NaN,
    closed: Number.NaN,
    code: 0,
    closedBy: 'nobody',
    refused: -1,
    received: rangesOf(received),
    late: [],
    again: [],
    changed: [],
    ghosts: [],
    crossed: [],
    foreign: [],
    asked: [],
    ...more,
  };
}

/** Sorted numbers as pairs from, to. */
function rangesOf(numbers: readonly number[]): number[] {
  const ranges: number[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    if (ranges.at(-1) === number - 1) ranges[ranges.length - 1] = number;
    else ranges.push(number, number);
  }
  return ranges;
}

describe('the accounts of a stage', () => {
  it('agree with counting one by one, whoever was ready when and left when', () => {
    fc.assert(
      fc.property(
        fc.record({
          publishes: fc.integer({ min: 0, max: 60 }),
          unknown: fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { maxLength: 10 }),
          ready: fc.oneof(fc.constant(Number.NaN), fc.integer({ min: 0, max: 8000 })),
          leaving: fc.oneof(fc.constant(Number.NaN), fc.integer({ min: 0, max: 9000 })),
          received: fc.uniqueArray(fc.integer({ min: 0, max: 59 })),
          ackMs: fc.integer({ min: 0, max: 4000 }),
        }),
        ({ publishes, unknown, ready, leaving, received, ackMs }) => {
          const record = recordOf(publishes, new Set(unknown), ackMs);
          const has = received.filter((seq) => seq < publishes);
          record.seats.push(seat(has, { ready, leaving }));
          const owed: number[] = [];
          for (let seq = 0; seq < publishes; seq++) {
            const sent = 1000 + seq * 100;
            if (!(sent > ready) || unknown.includes(seq)) continue;
            // What was acknowledged within a second before the leave may be on either side of it.
            if (leaving < record.drainedAt && sent + ackMs > leaving - 1000) continue;
            owed.push(seq);
          }
          const got = owed.filter((seq) => has.includes(seq)).length;
          expect(accountOf(record)).toMatchObject({
            owed: owed.length,
            received: got,
            lost: owed.length - got,
            indeterminate: has.length - got,
          });
        },
      ),
    );
  });

  it('owe nothing to whoever was never ready', () => {
    const record = recordOf(5);
    record.seats.push(seat([], { ready: Number.NaN }));
    expect(accountOf(record)).toMatchObject({ owed: 0, lost: 0 });
  });

  it('owe nothing that was still being taken when somebody left', () => {
    const record = recordOf(10, new Set(), 3000);
    record.seats.push(seat([], { leaving: 4500 }));
    // Each was sent more than a second before, and none acknowledged as long ago.
    expect(accountOf(record)).toMatchObject({ owed: 0, lost: 0 });
  });

  it('owe everything to whoever the server cut off', () => {
    const record = recordOf(10);
    record.seats.push(seat([0, 1], { closed: 1250, closedBy: 'them', code: 1006 }));
    expect(accountOf(record)).toMatchObject({ owed: 10, lost: 8 });
  });

  it('owe nothing to whoever was cut, however late the server answers that', () => {
    const record = recordOf(20);
    record.seats.push(seat([0, 1], { closing: 2250, closed: record.drainedAt + 9, closedBy: 'us' }));
    // Three had been acknowledged a second before the cut.
    expect(accountOf(record)).toMatchObject({ owed: 3, lost: 1 });
  });

  it('do not take our own closing at the end for a leave', () => {
    const record = recordOf(10);
    record.seats.push(
      seat([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], {
        closing: record.drainedAt + 1,
        closed: record.drainedAt + 2,
        closedBy: 'us',
      }),
    );
    expect(accountOf(record)).toMatchObject({ owed: 10, received: 10, indeterminate: 0 });
  });

  it("do not take a closing at the end for a leave where k6's clock is behind", () => {
    const closedAtTheEnd = (record: StageRecord, role: SeatRecord['role']): SeatRecord =>
      seat([0, 1, 2, 3, 4], {
        role,
        closing: record.drainedAt - 2,
        closed: record.drainedAt,
        closedBy: 'us',
      });
    for (const [driver, role, owed] of [
      ['k6', 'bulk', 5],
      ['k6', 'probes', 0],
      ['node', 'bulk', 0],
    ] as const) {
      const record = recordOf(5, new Set(), 10, driver);
      record.drainedAt = 1450;
      record.seats.push(closedAtTheEnd(record, role));
      expect(accountOf(record), `${driver} ${role}`).toMatchObject({ owed, received: owed });
    }
  });

  it('owe nothing that was sent while it is unknown whose clock is right about who was ready', () => {
    const record = recordOf(5, new Set(), 10, 'k6');
    record.seats.push(seat([2, 3, 4], { ready: 1098 }));
    expect(accountOf(record)).toMatchObject({ owed: 3, lost: 0 });
  });

  it('blame an order only where the publish was acknowledged before the next was sent', () => {
    const inTurn = recordOf(10);
    inTurn.seats.push(seat([0, 1, 2], { late: [1] }));
    expect(accountOf(inTurn)).toMatchObject({ reordered: 1, raced: 0 });
    const atOnce = recordOf(10, new Set(), 150);
    atOnce.seats.push(seat([0, 1, 2], { late: [1] }));
    expect(accountOf(atOnce)).toMatchObject({ reordered: 0, raced: 1 });
  });

  it('blame nobody for the order between two jobs of a space, and within one as ever', () => {
    const record = recordOf(10);
    const { stage } = record.plan;
    const ofSpace = { ...record, plan: { ...record.plan, stage: { ...stage, space: { jobs: 3 } } } };
    // 1 was acknowledged before 4 was sent, which is the next of its job.
    ofSpace.seats.push(seat([0, 1, 2, 3, 4], { crossed: [2, 3], late: [1] }));
    expect(accountOf(ofSpace)).toMatchObject({ reordered: 1, raced: 2, received: 5 });
    const slow = recordOf(10, new Set(), 350);
    const atOnce = { ...slow, plan: { ...slow.plan, stage: { ...stage, space: { jobs: 3 } } } };
    atOnce.seats.push(seat([0, 1, 2, 3, 4], { late: [1] }));
    expect(accountOf(atOnce)).toMatchObject({ reordered: 0, raced: 1 });
  });

  it('count what came again, after a leave, and to the wrong channel', () => {
    const record = recordOf(10);
    record.seats.push(seat([0], { again: [0, 0], ghosts: [3, 0, 4, 0], foreign: [1, 7] }));
    expect(accountOf(record)).toMatchObject({ duplicated: 2, ghosts: 2, leaks: 1 });
  });
});
