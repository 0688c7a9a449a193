import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { said, shownBy } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { jobOf } from '../message.ts';
import { aboutSpace, writtenViewer } from '../written-viewer.ts';
import { clockAgrees, timeGoesOn } from './time.ts';

const viewer = writtenViewer('viewer');
const space = writtenViewer('space', aboutSpace);
const about = { ...viewer.about, ...space.about };
const none = { found: [], judged: [], read: [] };
const began = Date.parse('2026-02-24T10:00:00Z');
/** An event of so many seconds after ten. */
const at = (seconds: number, type = 'progress'): NewEvent =>
  viewer.event(type, { timestamp: new Date(began + 1000 * seconds).toISOString() });
const undated = [
  viewer.event('progress'),
  viewer.event('progress', { timestamp: 'now' }),
  viewer.event('progress', { timestamp: 1 }),
  viewer.frame('hello'),
  viewer.opened,
];

describe('the timestamps of a job never go back on one connection', () => {
  const of = (...events: readonly NewEvent[]) => said(timeGoesOn(), { events, about }, { jobOf });

  it('each that comes before that of the event before it is found, and no other', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 5 }), { minLength: 2, maxLength: 8 }), (times) => {
        const back = times.flatMap((one, n) =>
          one < (times[n - 1] ?? 0) ? [`E26bi back-in-time @${n}`] : [],
        );
        expect(of(...times.map((one) => at(one)))).toEqual({
          found: back,
          judged: ['E26bi viewer'],
          read: [],
        });
      }),
    );
  });

  it.each([
    ['one event goes nowhere', [at(1)]],
    ['init tells of a time of its own', [at(2), at(1, 'init')]],
    ['what comes after init may be of before it', [at(2, 'init'), at(1)]],
    ['what is not dated is another rule’s finding', [...undated, at(1), ...undated]],
    [
      'each job has its time',
      [
        space.event('acked', { timestamp: '2026-02-24T10:00:00Z' }),
        space.event('acked', { jobId: 'other', timestamp: '2026-02-24T09:00:00Z' }),
      ],
    ],
  ])('%s', (_, events) => {
    expect(of(...events)).toEqual(none);
  });

  it('what is not dated between two is passed over', () => {
    expect(of(at(2), ...undated, at(1)).found).toEqual(['E26bi back-in-time @6']);
  });
});

describe('timestamps agree with the target’s own clock', () => {
  const headers = { date: new Date(began).toUTCString() };
  const opened: NewEvent = { ...viewer.opened, headers };
  const exchange = (headers: Readonly<Record<string, string>>): NewEvent => ({
    kind: 'exchange',
    peer: 'rest',
    method: 'GET',
    url: '',
    requestHeaders: {},
    status: 200,
    headers,
    body: '',
    ms: 0,
  });
  const of = (...events: readonly NewEvent[]) => said(clockAgrees(), { events, about });
  const judged = ['E26i viewer'];

  it.each([
    ['it does', [opened, at(0)], []],
    ['by a few seconds', [opened, at(10), at(-9)], []],
    ['it is ahead', [opened, at(11)], ['E26i skew @1']],
    ['it is ahead each time', [opened, at(11), at(0), at(20)], ['E26i skew @1', 'E26i skew @3']],
    ['it is behind', [opened, at(-11)], ['E26i skew @1']],
    ['it is behind each time, which is said once', [opened, at(-20), at(-30)], ['E26i skew @1']],
    ['one event is sent late, and dated rightly', [opened, at(-20), at(0)], []],
    ['one event is sent late after others', [opened, at(0), at(-20)], []],
    ['its time is told by an answer over HTTP', [exchange(headers), at(11)], ['E26i skew @1']],
    [
      'its time is what it said last',
      [exchange({ date: new Date(began + 60_000).toUTCString() }), opened, at(11)],
      ['E26i skew @2'],
    ],
    [
      'an answer without a date changes nothing',
      [opened, exchange({}), exchange({ date: 'now' }), at(11)],
      ['E26i skew @3'],
    ],
  ])('%s', (_, events, found) => {
    expect(of(...events)).toEqual({ found, judged, read: [] });
  });

  it.each([
    ['nobody knows that clock', [viewer.opened, at(100)]],
    ['nobody has asked it yet', [at(100), opened]],
    ['what is not dated is another rule’s finding', [opened, ...undated]],
    ['init tells of a time of its own', [opened, at(100, 'init')]],
    ['a refusal is none of its words', [{ ...viewer.refused(401), headers } as NewEvent, at(100)]],
  ])('cannot be judged where %s', (_, events) => {
    expect(of(...events)).toEqual(none);
  });

  it('goes by the time that has passed since', () => {
    const later = Array.from({ length: 20 }, () => viewer.pong);
    // Each event is a millisecond: twenty-one of them after it told its time, that is 21 ms further.
    const on = (ms: number) => viewer.event('acked', { timestamp: new Date(began + ms).toISOString() });
    expect(of(opened, ...later, on(10_021)).found).toEqual([]);
    expect(of(opened, ...later, on(10_022)).found).toHaveLength(1);
    expect(of(opened, on(-9_999)).found).toEqual([]);
    expect(of(opened, on(-10_000)).found).toHaveLength(1);
  });

  it('says by how much it does not', () => {
    expect(shownBy(clockAgrees(), { events: [opened, at(600)], about })).toEqual([
      '2026-02-24T10:10:00.000Z, 600 s off',
    ]);
  });
});
