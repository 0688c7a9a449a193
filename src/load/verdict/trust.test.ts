import { describe, expect, it } from 'vitest';
import type { SeatRecord, StageRecord } from '../evidence/stage-record.ts';
import { emptyRecord } from '../perform/recorder.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import { stageOf } from '../report/sample-load.ts';
import { Histogram } from '../wire/histogram.ts';
import type { Ceiling, Quantiles, StageResult } from './load-result.ts';
import { trustOf } from './trust.ts';

const stage = stageOf(50, 10);

function recordOf(more: Partial<StageRecord> = {}): StageRecord {
  const plan: LoadPlan = {
    ...{ run: 1, dialect: '', seed: 1, channels: [], probes: 9, sentinels: 9, tls: {} },
    ...{ surface: 'pusher', stage: stage.shape, authorize: { kind: 'none' }, stamped: false },
    deadlines: { connectMs: 1, answerMs: 1 },
  };
  return { ...emptyRecord(plan, 'node'), startAt: 0, publishedAt: 20_000, ...more };
}

function brokenBy(
  record: Partial<StageRecord>,
  result: Partial<StageResult>,
  ceiling: Ceiling | null = null,
) {
  const sound = {
    publishes: { ...stage.publishes, sent: stage.shape.warmup + sum(stage) },
    connections: { ...stage.connections, asked: stage.shape.subscribers },
    floor: { before: null, after: null },
  };
  return trustOf(recordOf(record), { ...stage, ...sound, ...result }, ceiling)
    .filter(({ ok }) => !ok)
    .map(({ id }) => id);
}

function sum({ shape }: StageResult): number {
  return shape.pace.reduce((all, { publishes }) => all + publishes, 0);
}

function flat(ms: number): Quantiles {
  return { count: 1000, p50: ms, p90: ms, p99: ms, p999: ms, max: ms, pairs: [], overflow: 0 };
}

const lags = (grows: number) =>
  Array.from({ length: 12 }, (_, n) => ({ process: 0, at: n * 1000, p50: 1 + n * grows, p99: 9, max: 9 }));

function bulkOf(process: number): SeatRecord {
  return { role: 'bulk', process } as SeatRecord;
}

/** A hundred publishes, some of them late. */
function latenessWith(late: number): Quantiles {
  const histogram = new Histogram();
  for (let n = 0; n < 100; n++) histogram.add(n < late ? 20 : 0.3);
  return { ...flat(20), count: 100, pairs: histogram.pairs() };
}

describe('whether the numbers are the server’s', () => {
  const fast = { latency: { delivery: flat(2), last: flat(2), lateness: flat(1) }, sentinel: flat(2) };

  it.each<[string, Partial<StageRecord>, Partial<StageResult>, readonly string[]]>([
    ['all is well', {}, {}, []],
    ['a process was lost', { broken: ['probes 0 was lost'] }, {}, ['processes']],
    [
      'a process had to be ended',
      { endings: [{ name: 'node', code: null, signal: 'SIGKILL', trouble: 'did not stop' }] },
      {},
      ['processes'],
    ],
    ['publishes were not sent', {}, { publishes: { ...stage.publishes, sent: 1 } }, ['accounts']],
    ['probes are slower than a bare reader', {}, { sentinel: flat(0.5) }, ['probes']],
    [
      'one publish in ten of a hundred is late',
      {},
      { latency: { ...fast.latency, lateness: latenessWith(10) } },
      [],
    ],
    [
      'more than that are late',
      {},
      { latency: { ...fast.latency, lateness: latenessWith(12) } },
      ['lateness'],
    ],
    ['the publisher is late', {}, { latency: { ...fast.latency, lateness: flat(4) } }, ['lateness']],
    [
      'the publisher is late by a tenth of what is slow anyway',
      {},
      { latency: { delivery: flat(2), last: flat(100), lateness: flat(9) } },
      [],
    ],
    ['the generator’s queue grows', { lags: lags(5) }, {}, ['lag']],
    ['the generator’s queue is long, and grows no further', { lags: lags(0) }, {}, []],
    [
      'the generator tells of one second in three',
      { lags: lags(0).filter((_lag, n) => n % 3 === 0) },
      {},
      ['lag'],
    ],
    [
      'a member of the generator tells of none',
      { seats: [bulkOf(0), bulkOf(1)], lags: lags(0) },
      {},
      ['lag'],
    ],
    [
      'the generator’s queue is too long after few seconds',
      { publishedAt: 4000, lags: lags(100).slice(0, 5) },
      {},
      ['lag'],
    ],
    [
      'the generator’s queue is short after few seconds',
      { publishedAt: 4000, lags: lags(5).slice(0, 5) },
      {},
      [],
    ],
    ['the floors differ', {}, { floor: { before: flat(2), after: flat(4) } }, ['floors']],
    ['the wall clock was set', { offsets: [0, 0.2, 5].map((offset, at) => ({ at, offset })) }, {}, ['clock']],
  ])('where %s', (_what, record, result, ids) => {
    expect(brokenBy(record, { ...fast, ...result })).toEqual(ids);
  });

  it('where more is asked than the generator carries', () => {
    const ceiling: Ceiling = {
      ...{ deliveriesPerSecond: 1, atLeast: false, trials: [] },
      ...{ measuredAt: '', cached: false },
    };
    expect(brokenBy({}, fast, ceiling)).toEqual(['ceiling']);
  });

  describe('where connections are what is measured', () => {
    const only = { ...stage.shape, pace: [], warmup: 0, subscribers: 100, connectRate: 50 };
    /** A hundred connections in two seconds, each so late and so long as its role has it. */
    const brokenOf = (
      late: Partial<Record<SeatRecord['role'], (n: number) => number>>,
      took: Partial<Record<SeatRecord['role'], number>> = {},
    ): readonly string[] => {
      const seats = Array.from({ length: 100 }, (_, n) => {
        const role = n % 4 === 0 ? 'probes' : n % 4 === 1 ? 'sentinel' : 'bulk';
        const due = 20 * n;
        const dialled = due + (late[role]?.(n) ?? 0.4);
        return { role, process: 0, due, dialled, opened: dialled + (took[role] ?? 2) } as SeatRecord;
      });
      const { plan } = recordOf();
      const record = recordOf({ seats, startAt: Number.NaN, plan: { ...plan, stage: only } });
      const result: StageResult = {
        ...{ ...stage, shape: only, sentinel: null, latency: { connect: flat(2) } },
        publishes: { ...stage.publishes, sent: 0 },
        connections: { ...stage.connections, asked: 100 },
        floor: { before: null, after: null },
      };
      return trustOf(record, result, null)
        .filter(({ ok }) => !ok)
        .map(({ id }) => id);
    };

    it.each<[string, Parameters<typeof brokenOf>, readonly string[]]>([
      ['all is well', [{}], []],
      ['probes begin late', [{ probes: () => 40 }], ['dialling']],
      ['probes begin late by what decides nothing', [{ probes: () => 20 }], []],
      ['the generator falls behind its rate', [{ bulk: (n) => 8 * n }], ['ramp']],
      ['the generator is late by a little', [{ bulk: () => 200 }], []],
      ['probes take longer than a bare reader', [{}, { probes: 9 }], ['connects']],
      ['the generator takes longer than both', [{}, { bulk: 500 }], []],
      ['all take long', [{}, { probes: 500, sentinel: 480, bulk: 500 }], []],
    ])('and %s', (_what, given, ids) => {
      expect(brokenOf(...given)).toEqual(ids);
    });
  });

  describe('by how long processes waited for a CPU', () => {
    const during = (pressure: number): Partial<StageRecord> => ({
      system: Array.from({ length: 20 }, (_, n) => ({
        ...{ at: (n + 1) * 1000, cpu: {}, rss: {}, busy: 0.5, connections: 50 },
        // What was before the first publish, and one bad second, are not the stage.
        pressure: n === 0 || n === 7 ? 100 : pressure,
      })),
    });
    const tried = (...trials: readonly [valid: boolean, pressure?: number][]): Ceiling => ({
      ...{ deliveriesPerSecond: 40_000, atLeast: false, measuredAt: '2026-01-01T00:00:00Z', cached: false },
      trials: trials.map(([valid, pressure]) => ({
        ...{ deliveriesPerSecond: 20_000, valid, reason: '' },
        ...(pressure === undefined ? {} : { pressure: { p50: pressure, max: pressure + 10 } }),
      })),
    });
    const apart = tried([true, 20], [true, 45], [false, 80], [false, 70]);

    it.each([
      [69, []],
      [70, ['pressure']],
      [Number.NaN, []],
    ] as const)(
      '%d %% are %j, where what held had waited up to 55, and what broke from 70 on',
      (value, broken) => {
        expect(brokenBy(during(value), fast, apart)).toEqual(broken);
      },
    );

    it.each<[string, Ceiling]>([
      ['where nothing broke', tried([true, 20], [true, 45])],
      ['where nothing held', tried([false, 20])],
      ['where what broke had waited less than what held', tried([true, 45], [false, 40])],
      ['where what held had waited as much in a second of its own', tried([true, 45], [false, 55])],
      ['where it was not observed', tried([true], [false])],
    ])('is not judged %s', (_what, ceiling) => {
      const record = recordOf(during(99));
      expect(trustOf(record, { ...stage, ...fast }, ceiling).map(({ id }) => id)).not.toContain('pressure');
    });

    it('is not judged of a stage of one second', () => {
      const record = recordOf({ ...during(99), publishedAt: 2500 });
      expect(trustOf(record, { ...stage, ...fast }, apart).map(({ id }) => id)).not.toContain('pressure');
    });
  });
});
