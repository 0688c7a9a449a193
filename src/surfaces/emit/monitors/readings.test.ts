import { describe, expect, it } from 'vitest';
import { emitRulesIn } from '../../../contract/emit-dialect.ts';
import { loadContract } from '../../../contract/load.ts';
import { said } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { aboutLow, aboutSpace, emitJob, writtenViewer } from '../written-viewer.ts';
import { readings } from './readings.ts';

const { emit } = await loadContract();
const viewer = writtenViewer('viewer');
const low = writtenViewer('low', aboutLow);
const space = writtenViewer('space', aboutSpace);
const stranger = writtenViewer('stranger', { stream: 'none' });
const about = { ...viewer.about, ...low.about, ...space.about, ...stranger.about };
const of = (events: readonly NewEvent[], jobs = {}, dialect = 'emit@1') => {
  const { read, found, judged } = said(readings(emitRulesIn(emit.rules, dialect)), { events, about, jobs });
  expect({ found, judged }).toEqual({ found: [], judged: [] });
  return read;
};
/** Without what any event of a job stream tells. */
const but = (point: string, read: readonly string[]) => read.filter((one) => !one.startsWith(point));

describe('what a job stream does after the end (A31)', () => {
  const end = viewer.event('completed');
  const pinged: NewEvent = { kind: 'pong', peer: 'viewer', by: 'us' };
  it.each([
    ['it closes', [end, viewer.closed(1000)], ['A31.live=closes @1']],
    ['it answers, so that it is open', [end, viewer.pong], ['A31.live=stays-open @1']],
    ['we close, so that it was open', [end, viewer.closed(1000, 'us')], ['A31.live=stays-open @1']],
    ['it died', [viewer.event('dead'), viewer.closed(1000)], ['A31.live=closes @1']],
    ['the first thing tells', [end, viewer.pong, viewer.closed(1000)], ['A31.live=stays-open @1']],
    ['that we answer tells nothing', [end, pinged, viewer.closed(1000)], ['A31.live=closes @2']],
    ['more events tell nothing', [end, viewer.event('acked'), viewer.pong], ['A31.live=stays-open @2']],
    ['nothing comes', [end], []],
    ['before the end it is another matter', [viewer.event('acked'), viewer.pong, viewer.closed(1000)], []],
    ['init is no end', [viewer.event('init', { status: 'completed' }), viewer.closed(1000)], []],
    ['no more is a type that every object has', [viewer.event('constructor'), viewer.closed(1000)], []],
  ])('%s', (_, events, read) => {
    expect(but('A26', of(events))).toEqual(read);
  });

  it('is not asked of a space stream', () => {
    expect(but('A27', of([space.event('completed'), space.closed(1000)]))).toEqual([]);
  });
});

describe('whether an event of a job stream has a name (A26)', () => {
  it.each([
    ['it has', viewer.event('acked'), ['A26=present @0']],
    ['it has none', viewer.event('acked', { jobName: undefined }), ['A26=absent @0']],
    ['it is null, which is there', viewer.event('acked', { jobName: null }), ['A26=present @0']],
    ['an envelope without an id tells nothing', viewer.event('acked', { jobId: undefined }), []],
    ['an event without a type tells nothing', viewer.event('x', { type: 1 }), []],
    ['what is no event tells nothing', viewer.frame('hello'), []],
    ['what is no frame tells nothing', viewer.opened, []],
    ['a connection that is neither tells nothing', stranger.event('acked'), []],
  ])('%s', (_, event, read) => {
    expect(of([event])).toEqual(read);
  });
});

describe('what is left of a stripped event (A22, A21)', () => {
  const timestamp = '2026-02-24T10:00:00.000Z';
  const stripped = (type: string, more: object = {}, who = low) =>
    who.event(type, { timestamp, data: null, ...more });
  const read = (event: NewEvent, dialect = 'emit@1') => but('A26', of([event], {}, dialect));

  it.each([
    ['its whole envelope', stripped('completed'), ['A22=full @0']],
    [
      'type and status alone',
      stripped('completed', { jobId: undefined, timestamp: undefined }),
      ['A22=minimal @0'],
    ],
    ['neither: no id', stripped('completed', { jobId: undefined }), []],
    ['neither: no time', stripped('completed', { timestamp: undefined }), []],
    ['neither: an id that is none', stripped('completed', { jobId: 1 }), []],
    ['neither: a time that is none', stripped('completed', { timestamp: 1 }), []],
    ['data of a checkpoint is null', stripped('checkpoint'), ['A22=full @0', 'A21.checkpoint=null @0']],
    [
      'data of a checkpoint is not there',
      stripped('checkpoint', { data: undefined }),
      ['A22=full @0', 'A21.checkpoint=absent @0'],
    ],
    ['data of a checkpoint is there', stripped('checkpoint', { data: {} }), ['A22=full @0']],
    ['data of a retry is null', stripped('retried'), ['A22=full @0', 'A21.retried=null @0']],
    ['data of an end is another rule’s matter', stripped('dead', { data: undefined }), ['A22=full @0']],
    ['nothing is stripped of progress', stripped('progress'), []],
    ['nothing is stripped of an event that never has data', stripped('acked'), []],
    ['what is in no table is not stripped', stripped('x'), []],
    ['who sees the whole sees nothing stripped', stripped('checkpoint', {}, viewer), []],
  ])('%s', (_, event, expected) => {
    expect(read(event)).toEqual(expected);
  });

  it('in the second version, also of an end', () => {
    expect(read(stripped('completed'), 'emit@2')).toEqual(['A22=full @0', 'A21.completed=null @0']);
    expect(read(stripped('completed', { data: undefined }), 'emit@2')).toEqual([
      'A22=full @0',
      'A21.completed=absent @0',
    ]);
    expect(read(stripped('checkpoint'), 'emit@2')).toEqual(['A22=full @0']);
  });
});

describe('what a space stream begins with (A27)', () => {
  const jobs = (from: number) => emitJob('job', { from });
  it.each([
    ['an event of a job from before', [space.opened, space.event('acked')], {}, ['A27.first=nothing @1']],
    ['init', [space.opened, space.event('init')], {}, ['A27.first=init @1']],
    [
      'what is about no job',
      [space.opened, space.event('connected', { jobId: undefined })],
      {},
      ['A27.first=connected @1'],
    ],
    [
      'what has an id that is none',
      [space.opened, space.event('connected', { jobId: 1 })],
      {},
      ['A27.first=connected @1'],
    ],
    [
      'the announcement of a job made meanwhile',
      [space.opened, space.event('created')],
      jobs(1),
      ['A27.first=nothing @1', 'A27.creation=created @1'],
    ],
    [
      'an announcement on a stream whose opening is not in the recording',
      [space.pong, space.event('created')],
      jobs(1),
      ['A27.first=nothing @1', 'A27.creation=created @1'],
    ],
    [
      'its announcement as init',
      [space.opened, space.event('init')],
      jobs(1),
      ['A27.first=nothing @1', 'A27.creation=init @1'],
    ],
    [
      'its announcement under another name',
      [space.opened, space.event('made')],
      jobs(1),
      ['A27.first=nothing @1', 'A27.creation=other @1'],
    ],
    [
      'its announcement under a name that every object has',
      [space.opened, space.event('constructor')],
      jobs(1),
      ['A27.first=nothing @1', 'A27.creation=other @1'],
    ],
    [
      'an event of the table, by which nothing was announced',
      [space.opened, space.event('acked')],
      jobs(1),
      ['A27.first=nothing @1'],
    ],
    [
      'a job that was there when the stream opened',
      [space.pong, space.opened, space.event('init')],
      jobs(1),
      ['A27.first=init @2'],
    ],
    ['another job', [space.opened, space.event('init', { jobId: 'other' })], jobs(1), ['A27.first=init @1']],
    [
      'only the first frame tells',
      [space.opened, space.event('acked'), space.event('init')],
      {},
      ['A27.first=nothing @1'],
    ],
    [
      'a first frame that says nothing is the first all the same',
      [space.opened, space.frame('hello'), space.event('init')],
      {},
      [],
    ],
    [
      'a job is announced once',
      [space.opened, space.event('acked'), space.event('created')],
      jobs(1),
      ['A27.first=nothing @1'],
    ],
    [
      'a second job is announced for itself',
      [space.opened, space.event('created'), space.event('init', { jobId: 'other' })],
      { ...jobs(1), ...emitJob('other', { id: 'other', from: 1 }) },
      ['A27.first=nothing @1', 'A27.creation=created @1', 'A27.creation=init @2'],
    ],
  ])('%s', (_, events, jobs, read) => {
    expect(of(events, jobs)).toEqual(read);
  });

  it('is another point in the second version, and none in the third', () => {
    const begins = [space.opened, space.event('connected', { jobId: undefined })];
    expect(of(begins, {}, 'emit@2')).toEqual(['A27.connected=connected @1']);
    expect(of(begins, {}, 'emit@3')).toEqual([]);
  });
});
