import { describe, expect, it } from 'vitest';
import type { StageRecord } from '../evidence/stage-record.ts';
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
});
