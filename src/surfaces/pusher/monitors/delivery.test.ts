import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../contract/json.ts';
import { loadContract } from '../../../contract/load.ts';
import { said } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { channel, writtenClient, writtenJob } from '../written-client.ts';
import { delivery } from './delivery.ts';

const monitor = delivery((await loadContract()).pusher.rules);
const client = writtenClient('client');
const other = writtenClient('other');

/** What we publish: it bears the nonce of its scene, and a serial number. */
const data = (serial: number): string => JSON.stringify({ nonce: 'a-nonce', serial });
const came = (serial: number, more: object = {}): NewEvent =>
  client.came('news', { channel, data: data(serial), ...more });
/** A call to the trigger API, recorded when its answer was there; each event is a millisecond. */
const exchange = (ms = 0): NewEvent => ({
  kind: 'exchange',
  peer: 'api',
  method: 'POST',
  url: '',
  requestHeaders: {},
  status: 200,
  headers: {},
  body: '',
  ms,
});
const call = (serial: number, seq: number, more: Readonly<Record<string, Json>> = {}, how: object = {}) => ({
  verb: 'publish',
  accepted: true,
  seq,
  body: { name: 'news', channels: [channel], data: data(serial), except: null, ...more },
  ...how,
});
type Call = ReturnType<typeof call>;

const of = (events: readonly NewEvent[], calls: readonly Call[]) => {
  const { job } = writtenJob('job');
  return said(monitor, { events, jobs: { job: { ...job, calls: [...calls] } as never } });
};
/** Of a client that is on the channel; calls are events 1, 2 …, and what comes follows them. */
const joined = (calls: number, ...events: readonly NewEvent[]) =>
  of(
    [client.granted(), ...Array.from({ length: calls }, () => exchange()), ...events],
    Array.from({ length: calls }, (_, n) => call(n, n + 1)),
  ).found;

const judged = ['PS14', 'PS14i', 'PS10i', 'PH22'].map((id) => `${id} client`);
const none = { found: [], judged: [], read: [] };

describe('what we published reaches whoever was on its channel, once, in order and unchanged', () => {
  it('is judged of all four by each publication', () => {
    const events = [client.granted(), exchange(), came(0)];
    expect(of(events, [call(0, 1)])).toEqual({ ...none, judged });
  });

  it.each([
    ['all in order', 2, [came(0), came(1)], []],
    ['one is lost', 2, [came(1)], ['PS14 lost @3']],
    ['one comes twice', 1, [came(0), came(0)], ['PS14i twice @3']],
    ['one comes before an earlier one', 2, [came(1), came(0)], ['PS10i order @3']],
    ['two come before an earlier one', 3, [came(1), came(2), came(0)], ['PS10i order @4', 'PS10i order @5']],
    ['two come after a later one', 3, [came(2), came(0), came(1)], ['PS10i order @4']],
    ['one comes on another channel', 1, [came(0, { channel: 'private-x' })], ['PS14 lost @2']],
    ['one comes under another name', 1, [client.came('other', { channel, data: data(0) })], ['PS14 lost @2']],
    [
      'one does not say its channel, which is another rule’s finding',
      1,
      [came(0, { channel: undefined })],
      [],
    ],
    ['data is an object, which is another rule’s finding', 1, [came(0, { data: JSON.parse(data(0)) })], []],
    [
      'one comes with half of its data',
      1,
      [came(0, { data: '{"nonce":"a-nonce","serial":0' })],
      ['PH22 changed @2'],
    ],
    ['one comes encoded once more', 1, [came(0, { data: JSON.stringify(data(0)) })], ['PH22 changed @2']],
    ['something with another serial is another event', 1, [came(10)], ['PS14 lost @2']],
  ])('%s', (_, calls, events, found) => {
    expect(joined(calls, ...events)).toEqual(found);
  });

  it('holds for any order: each that comes after a later one is found, and none besides', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (order) => {
        const position = (serial: number): number => order.indexOf(serial);
        const early = order.filter((one) =>
          order.some((before) => before < one && position(before) > position(one)),
        );
        expect(joined(5, ...order.map((serial) => came(serial))).length > 0).toBe(early.length > 0);
      }),
    );
  });

  it('goes by the order of the calls, whichever job they were made for', () => {
    const events = [client.granted(), exchange(), exchange(), came(0), came(1)];
    expect(of(events, [call(1, 2), call(0, 1)]).found).toEqual([]);
    expect(of(events, [call(1, 1), call(0, 2)]).found).toEqual(['PS10i order @3']);
  });

  it('is in no order where one was asked for before the other was answered', () => {
    const asked = (ms: number) =>
      of([client.granted(), exchange(), exchange(ms), came(1), came(0)], [call(0, 1), call(1, 2)]).found;
    expect(asked(0)).toEqual(['PS10i order @3']);
    // Recorded a millisecond after the answer to the first, and asked for as much before that.
    expect(asked(2)).toEqual([]);
    // Begun in the very millisecond in which the other was answered: which was first, nobody knows.
    expect(asked(1)).toEqual([]);
  });

  it('goes by all that were answered before, and not only by the last of them', () => {
    const events = [client.granted(), exchange(), exchange(3), exchange(), came(2), came(1), came(0)];
    expect(of(events, [call(0, 1), call(1, 2), call(2, 3)]).found).toEqual(['PS10i order @4']);
  });

  it('is kept by each channel, and not between two', () => {
    const elsewhere = 'private-x';
    const events = (at: string) => [
      ...[client.granted(), client.granted(elsewhere), exchange(), exchange()],
      ...[client.came('news', { channel: at, data: data(1) }), came(0)],
    ];
    const of2 = (at: string) => of(events(at), [call(0, 2), call(1, 3, { channels: [at] })]).found;
    expect(of2(elsewhere)).toEqual([]);
    expect(of2(channel)).toEqual(['PS10i order @4']);
  });

  it('counts each channel that was published to', () => {
    const events = [client.granted(), client.granted('private-x'), exchange(), came(0)];
    expect(of(events, [call(0, 2, { channels: [channel, 'private-x'] })]).found).toEqual(['PS14 lost @3']);
  });

  it('shows the first of several that were changed', () => {
    const changed = came(0, { data: '{"nonce":"a-nonce","serial":0' });
    expect(joined(1, changed, changed)).toEqual(['PH22 changed @2']);
  });

  it('takes anything of that name for it where it bears no serial', () => {
    const text = 'a-nonce and nothing else';
    const changed = came(0, { data: 'a-nonce and' });
    const events = [client.granted(), exchange(), changed];
    expect(of(events, [call(0, 1, { data: text })]).found).toEqual(['PH22 changed @2']);
  });
});

describe('what was published is not owed', () => {
  const events = [client.granted(), exchange(), client.pong];
  it('but is here', () => {
    expect(of(events, [call(0, 1)]).found).toEqual(['PS14 lost @2']);
  });

  it.each([
    ['where it was not accepted', events, [call(0, 1, {}, { accepted: false })]],
    ['where it was no publication', events, [call(0, 1, {}, { verb: 'submit' })]],
    ['where it left out somebody', events, [call(0, 1, { except: '1.1' })]],
    ['where it has no channels', events, [call(0, 1, { channels: null })]],
    ['where its channel is none', events, [call(0, 1, { channels: [1] })]],
    ['where it has no name', events, [call(0, 1, { name: null })]],
    ['where its data is no text', events, [call(0, 1, { data: {} })]],
    ['where its body is none', events, [call(0, 1, {}, { body: null })]],
    ['to who never joined', [client.opened, exchange(), client.pong], [call(0, 1)]],
    ['to who joined another channel', [client.granted('private-x'), exchange(), client.pong], [call(0, 1)]],
    ['to who joined later', [exchange(), client.granted()], [call(0, 0)]],
    [
      'to who joined while it was asked for',
      [client.pong, client.granted(), client.pong, exchange(2)],
      [call(0, 3)],
    ],
    ['to who was closed before', [client.granted(), client.closed(1000), exchange()], [call(0, 2)]],
    ['to who has left', [client.granted(), client.leaves(), exchange(), client.pong], [call(0, 2)]],
  ])('%s', (_, events, calls) => {
    expect(of(events, calls)).toEqual(none);
  });

  it('is owed to who joined before it was asked for, and to who joined again', () => {
    expect(of([client.granted(), client.pong, client.pong, exchange(1)], [call(0, 3)]).found).toHaveLength(1);
    expect(of([client.granted(), exchange(), client.granted()], [call(0, 1)]).found).toHaveLength(1);
    expect(of([client.granted(), client.pong, exchange(1)], [call(0, 2)]).found).toHaveLength(1);
  });

  it('is owed to who stays when another leaves, or leaves another channel', () => {
    const leaving = [
      other.leaves(),
      client.leaves('private-x'),
      client.asks(),
      client.sent('pusher:unsubscribe'),
    ];
    expect(of([client.granted(), ...leaving, exchange(), client.pong], [call(0, 5)]).found).toHaveLength(1);
  });

  it('is not shown by what others published', () => {
    const theirs = client.came('news', { channel, data: '{"serial":0}' });
    expect(joined(1, theirs)).toEqual(['PS14 lost @2']);
  });
});
