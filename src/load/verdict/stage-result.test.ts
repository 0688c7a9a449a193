import { describe, expect, it } from 'vitest';
import { seatEvents } from '../control/messages.ts';
import type { SeatRecord, StageRecord } from '../evidence/stage-record.ts';
import { emptyRecord, StageRecorder } from '../perform/recorder.ts';
import { type LoadPlan, seatsPerLife } from '../plan/load-plan.ts';
import { stageResultOf } from './stage-result.ts';

const plan: LoadPlan = {
  ...{ run: 1, surface: 'pusher', dialect: '', seed: 1, probes: 0, sentinels: 0, tls: {} },
  stage: {
    ...{ name: 'test', subscribers: 4, channels: 1, spread: 'even', connectRate: 1, warmup: 0, holdMs: 0 },
    ...{ padding: 0, pace: [{ rate: 10, publishes: 100 }], behaviour: { kind: 'storm', jitterMs: 0 } },
  },
  channels: [{ name: 'a', url: '', headers: {} }],
  authorize: { kind: 'none' },
  deadlines: { connectMs: 1, answerMs: 1 },
  stamped: false,
};

function resultOf(record: StageRecord) {
  return stageResultOf(record, {
    floor: { before: null, after: null },
    monitors: { seen: 0, judged: 0, skipped: 0 },
  });
}

/** Publishes each 100 ms, each acknowledged so long after it was sent; -1: never. */
function published(acknowledgedAfter: (n: number) => number): StageRecord {
  const record = { ...emptyRecord(plan, 'node'), startAt: 0 };
  for (let n = 0; n < 100; n++) {
    const after = acknowledgedAfter(n);
    const [sent, acknowledged] = [n * 100, after < 0 ? -1 : n * 100 + after];
    const status = after < 0 ? 0 : 200;
    record.publishes.push({ channel: 0, seq: n, intended: sent, sent, acknowledged, status });
  }
  return record;
}

describe('the rate that a server achieved', () => {
  it('is that of its acknowledgements, however long each takes', () => {
    expect(resultOf(published(() => 700)).rate.publishesAchieved).toBeCloseTo(10);
  });

  it('is lower where it falls behind what it is sent', () => {
    expect(resultOf(published((n) => n * 100)).rate.publishesAchieved).toBeCloseTo(5);
  });

  it('is lower where it stops, or refuses', () => {
    expect(resultOf(published((n) => (n < 50 ? 1 : -1))).rate.publishesAchieved).toBeCloseTo(5);
    expect(resultOf(published(() => -1)).rate.publishesAchieved).toBe(0);
  });
});

describe('a stage that nobody came to', () => {
  it('has a beginning all the same, so that what kept them away can be told', () => {
    const record = emptyRecord(plan, 'k6');
    record.offsets.push({ at: 5000, offset: 1_700_000_000_000 });
    expect(resultOf(record).startedAt).toBe(new Date(1_700_000_005_000).toISOString());
  });
});

describe('subscribers that were dialled twice', () => {
  it.each([
    ['one of a thousand', 1000, 1, 1000],
    ['as many as a generator may have caused', 1000, 3, 1000],
    ['more than that', 1000, 50, 1000 - 50 + 3],
  ])('%s', (_what, count, twice, ready) => {
    const recorder = new StageRecorder(plan, 'k6');
    recorder.record.startAt = 5000;
    for (let seat = 0; seat < count; seat++) {
      recorder.told('bulk', 0, { say: 'seats', rows: [[seat, 0, 0, 0]] });
      const at = seat < twice ? 700 : 10;
      const rows: [number, number, number, number][] = [[seat, seatEvents.dialled, 1, 0]];
      rows.push([seat, seatEvents.opened, 2, 0]);
      if (seat < twice) {
        rows.push([seat, seatEvents.redialled, 690, 0], [seat, seatEvents.opened, 695, 0]);
      }
      rows.push([seat, seatEvents.ready, at, 0]);
      recorder.told('bulk', 0, { say: 'life', rows });
    }
    const { connections, latency } = resultOf(recorder.record);
    expect(connections).toMatchObject({ asked: count, opened: count, ready, redialled: twice });
    // What it took is that of the time that was answered.
    expect(latency.connect?.max).toBeLessThan(10);
  });
});

describe('how long connections take', () => {
  const connectOf = (pace: LoadPlan['stage']['pace']): number | undefined => {
    const stage = { ...plan.stage, pace, warmup: 0 };
    const recorder = new StageRecorder({ ...plan, probes: 1, stage }, 'k6');
    for (const [seat, role, opened] of [
      [0, 'probes', 5],
      [1, 'bulk', 80],
    ] as const) {
      recorder.told(role, 0, { say: 'seats', rows: [[seat, 0, 0, 0]] });
      Object.assign(recorder.seat(seat) ?? {}, { dialled: 1, opened });
    }
    return resultOf(recorder.record).latency.connect?.max;
  };

  it('is what probes see, where connections are what is measured', () => {
    expect(connectOf([])).toBeCloseTo(4, 0);
  });

  it('is of all, where few are probes', () => {
    expect(connectOf([{ rate: 10, publishes: 10 }])).toBeCloseTo(79, -1);
  });
});

describe('recovery after a cut', () => {
  function cut(backAt: readonly (number | undefined)[]): StageRecord {
    const recorder = new StageRecorder(plan, 'k6');
    const { record } = recorder;
    record.startAt = 0;
    record.marks.push({ at: 1000, what: 'cut' });
    for (const [seat, back] of backAt.entries()) {
      life(recorder, seat, { dialled: 0, ready: 10, closing: 1000, closed: 1000 });
      // All that came back are closed when the stage is over.
      life(
        recorder,
        seat + seatsPerLife,
        back ? { dialled: 1001, ready: back, closing: 9000, closed: 9000 } : { dialled: 1001 },
      );
    }
    return record;
  }

  function life(recorder: StageRecorder, seat: number, more: Partial<SeatRecord>): void {
    recorder.told('bulk', 0, { say: 'seats', rows: [[seat, 0, 0, 0]] });
    Object.assign(recorder.seat(seat) ?? {}, more);
  }

  it('is over when all who were cut are back', () => {
    const result = resultOf(cut([1100, 1200, 1300, 1400]));
    expect(result.recovery).toEqual({ p50: 200, p99: 400, all: 400 });
    expect(result.turnover).toEqual({ left: 0, cut: 4, back: 4, asleep: 0 });
  });

  it("is known of all who were cut, also where k6's clock is a little behind", () => {
    const record = cut([1100, 1200, 1300, 1400]);
    for (const seat of record.seats) {
      const { closing, dialled } = seat;
      Object.assign(
        seat,
        closing === 1000 ? { closing: 999.1 } : {},
        dialled === 1001 ? { dialled: 999.2 } : {},
      );
    }
    expect(resultOf(record)).toMatchObject({
      recovery: { p50: 200, all: 400 },
      turnover: { cut: 4, back: 4 },
    });
  });

  it('never is where one does not come back, whoever else came meanwhile', () => {
    const record = cut([1100, 1200, 1300, undefined]);
    const recorder = new StageRecorder(plan, 'node');
    life(recorder, 7 + seatsPerLife, { dialled: 1001, ready: 1050 });
    record.seats.push(...recorder.record.seats);
    expect(resultOf(record)).toMatchObject({
      recovery: { p50: 200, p99: null, all: null },
      turnover: { cut: 4, back: 4 },
    });
  });
});

describe('a stage is steady', () => {
  /** Ten seconds of publishes, each so late at its one probe as its second has it. */
  const steadyOf = (late: (second: number) => number, more: Partial<LoadPlan['stage']> = {}) => {
    const pace = [{ rate: 10, publishes: 100 }];
    const stage = { ...plan.stage, pace, behaviour: { kind: 'steady' } as const, ...more };
    const recorder = new StageRecorder({ ...plan, probes: 1, stage }, 'node');
    const { record } = recorder;
    record.startAt = 0;
    record.publishedAt = 10_000;
    recorder.told('probes', 0, { say: 'seats', rows: [[0, 0, 0, 0]] });
    for (let n = 0; n < 100; n++) {
      const sent = n * 100;
      record.publishes.push({ channel: 0, seq: n, intended: sent, sent, acknowledged: sent, status: 200 });
      record.receipts.push({
        seat: 0,
        channel: 0,
        seq: n,
        at: sent + late(Math.floor(n / 10)),
        own: Number.NaN,
      });
    }
    return resultOf(record).steady;
  };

  it('unless its median goes on growing', () => {
    expect(steadyOf(() => 5)).toMatchObject({ judged: true, steady: true });
    expect(steadyOf((second) => 5 + (second % 3))).toMatchObject({ judged: true, steady: true });
    expect(steadyOf((second) => 5 + 0.1 * second)).toMatchObject({ judged: true, steady: true });
    expect(steadyOf((second) => 5 + second)).toMatchObject({ judged: true, steady: false });
  });

  it('or not, where the load itself changes', () => {
    const pace = [
      { rate: 10, publishes: 50 },
      { rate: 100, publishes: 50 },
    ];
    expect(steadyOf((second) => 5 + second, { pace })).toMatchObject({ judged: false });
    const behaviour = { kind: 'storm', jitterMs: 0 } as const;
    expect(steadyOf((second) => 5 + second, { behaviour })).toMatchObject({ judged: false });
  });
});
