import { describe, expect, it } from 'vitest';
import { loadContract } from '../../../contract/load.ts';
import { said, type Watching } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { writtenClient, writtenJob } from '../written-client.ts';
import { readings } from './readings.ts';

const monitor = readings((await loadContract()).pusher.rules);
const client = writtenClient('client');
const { came, update, greeted } = client;

const read = (events: readonly NewEvent[], jobs = writtenJob('job'), watching: Watching = {}) =>
  said(monitor, { events, jobs }, watching).read;

describe('what a frame of the protocol tells by itself', () => {
  it.each([
    ['30 seconds are announced', greeted('1.1', 30), ['A11.announced=30 @0']],
    ['120 seconds are announced', greeted('1.1', 120), ['A11.announced=120 @0']],
    ['another time is announced', greeted('1.1', 31), ['A11.announced=other @0']],
    ['no time is announced', greeted('1.1', null), []],
    ['a greeting says nothing', came('pusher:connection_established'), []],
    ['an error has an object', came('pusher:error', { data: { code: 1 } }), ['A13.error=object @0']],
    ['an error has text', came('pusher:error', { data: '{}' }), ['A13.error=string @0']],
    ['an error has neither', came('pusher:error', { data: null }), []],
    ['a pong has nothing', came('pusher:pong'), ['A13.pong=absent @0']],
    ['a pong has null', came('pusher:pong', { data: null }), ['A13.pong=absent @0']],
    ['a pong has text', came('pusher:pong', { data: '{}' }), ['A13.pong=string @0']],
    ['a pong has an object', came('pusher:pong', { data: {} }), ['A13.pong=object @0']],
    ['a private channel is confirmed', client.granted(), ['A12=string @0']],
    ['a public channel is confirmed', client.granted('public'), []],
    ['no channel is confirmed', came('pusher_internal:subscription_succeeded', { data: {} }), []],
    ['a channel is asked for', client.asks(), []],
    ['a connection is opened', client.opened, []],
  ])('%s', (_, event, expected) => {
    expect(read([event])).toEqual(expected);
  });
});

describe('whether an unfinished job has a result_url', () => {
  it.each([
    ['null', update('job', 'processing', { result_url: null }), ['A3=null @0']],
    ['a URL', update('job', 'in_progress', { result_url: 'http://x' }), ['A3=url @0']],
    ['of one that is done nothing is asked', update('job', 'done', { result_url: 'http://x' }), []],
  ])('%s', (_, event, expected) => {
    expect(read([event])).toEqual(expected);
  });
});

describe('what a job leaves out', () => {
  const [taken, going, done] = ['processing', 'in_progress', 'done'].map((status) =>
    update('job', status),
  ) as [NewEvent, NewEvent, NewEvent];
  const skipped = (...how: Parameters<typeof read>) => read(...how).filter((one) => one.startsWith('A5'));

  it.each([
    ['nothing', [taken, going, done], ['A5=all-shown @2']],
    ['its start', [going, done], ['A5=processing-skipped @1']],
    ['its way', [taken, done], ['A5=in_progress-skipped @1']],
    ['both: perhaps it was not seen from its beginning', [done], []],
    ['it has not ended', [taken, going], []],
  ])('%s', (_, events, expected) => {
    expect(skipped(events)).toEqual(expected);
  });

  it('is asked of each job by itself', () => {
    const jobs = { ...writtenJob('job'), ...writtenJob('another') };
    expect(skipped([update('another', 'in_progress'), taken, done], jobs)).toEqual([
      'A5=in_progress-skipped @2',
    ]);
  });

  it('is not asked of a job that was told what to do', () => {
    const scripted = (script: object) => writtenJob('job', { about: { script: script as never } });
    expect(skipped([taken, done], scripted({ skip: true }))).toEqual([]);
    expect(skipped([taken, done], scripted({}))).toEqual(['A5=in_progress-skipped @1']);
  });

  it('is not asked of a job that nobody here submitted', () => {
    expect(skipped([taken, done], {})).toEqual([]);
  });

  it.each(['late', 'back'])('is not asked of a client that came %s', (peer) => {
    const one = writtenClient(peer);
    expect(skipped([one.update('job', 'processing'), one.update('job', 'done')])).toEqual([]);
  });
});

describe('nothing is read from', () => {
  it.each([
    ['what a relay carries', [update('job', 'processing')], { role: 'relay' as const }],
    ['what we published ourselves', [update('job', 'processing', { note: 'a-nonce' })], {}],
    [
      'an update without status',
      [came('x', { channel: 'private-client.42', data: '{"request_id":"job"}' })],
      {},
    ],
    [
      'an update without job',
      [came('x', { channel: 'private-client.42', data: '{"status":"processing"}' })],
      {},
    ],
    ['a channel that is none of a client', [update('job', 'processing', {}, 'public')], {}],
    ['an update without channel', [came('x', { data: '{"request_id":"job","status":"processing"}' })], {}],
  ])('%s', (_, events, watching) => {
    expect(read(events, writtenJob('job'), watching)).toEqual([]);
  });

  it('but from a relay what the protocol itself says', () => {
    expect(read([client.greeted()], {}, { role: 'relay' })).toEqual(['A11.announced=30 @0']);
  });
});
