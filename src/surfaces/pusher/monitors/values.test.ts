import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../contract/json.ts';
import { loadContract } from '../../../contract/load.ts';
import { said, shownBy } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { jobOf } from '../message.ts';
import { channel, writtenClient } from '../written-client.ts';
import { values } from './values.ts';

const { rules } = (await loadContract()).pusher;
const client = writtenClient('client');
const at = (progress: Json, more: object = {}) => client.update('job', 'in_progress', { progress, ...more });

const of = (...events: readonly NewEvent[]) =>
  said(values(rules, 'modelbeam'), { events: [client.asks(), ...events] }, { jobOf });
const none = { found: [], judged: [], read: [] };

describe('progress never falls within a job', () => {
  it.each([
    ['it rises', [at(10), at(20)], []],
    ['it stays', [at(10), at(10)], []],
    ['it falls', [at(20), at(10)], ['M13i falls @2']],
    ['it rises again, but not to where it was', [at(20), at(10), at(15)], ['M13i falls @2', 'M13i falls @3']],
    ['it falls, written as text', [at('20.00'), at('9.50')], ['M13i falls @2']],
    ['something between them has none', [at(20), at(null), at(10)], ['M13i falls @3']],
    ['another job is elsewhere', [at(20), client.update('another', 'in_progress', { progress: 1 })], []],
  ])('%s', (_, events, found) => {
    expect(of(...events)).toEqual({ ...none, judged: ['M13i client'], found });
  });

  it('is broken by each one that is less than one before', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 100 }), { minLength: 1, maxLength: 15 }), (all) => {
        const falls = all.filter((one, n) => all.slice(0, n).some((before) => before > one));
        expect(of(...all.map((progress) => at(progress))).found).toHaveLength(falls.length);
      }),
    );
  });
});

describe('a preview is the image that it says it is', () => {
  const [jpeg, png, gif, webp] = ['ffd8ff00', '89504e47', '47494638', '52494646'].map((hex) =>
    Buffer.from(hex, 'hex').toString('base64'),
  );
  const uri = (type: string, bytes = ''): string => `data:image/${type};base64,${bytes}`;

  it.each([
    ['bare, a JPEG', jpeg, 'M22', []],
    ['bare, something else', png, 'M22', ['M22 not-that-image @1']],
    ['bare, cut off', Buffer.from('ffd8', 'hex').toString('base64'), 'M22', ['M22 not-that-image @1']],
    ['as jpeg', uri('jpeg', jpeg), 'D21i', []],
    ['as jpg', uri('jpg', jpeg), 'D21i', []],
    ['as JPEG', uri('JPEG', jpeg), 'D21i', []],
    ['as png', uri('png', png), 'D21i', []],
    ['as gif', uri('gif', gif), 'D21i', []],
    ['as webp', uri('webp', webp), 'D21i', []],
    ['as png, but a JPEG', uri('png', jpeg), 'D21i', ['D21i not-that-image @1']],
    ['as png, and empty', uri('png'), 'D21i', ['D21i not-that-image @1']],
  ])('%s', (_, preview, id, found) => {
    const { judged, found: actual } = of(client.update('job', 'in_progress', { preview }));
    expect({ judged, found: actual }).toEqual({ judged: [`${id} client`], found });
  });

  it('is shown by its first four bytes where it is not', () => {
    const preview = Buffer.from('0102030405', 'hex').toString('base64');
    const events = [client.asks(), client.update('job', 'in_progress', { preview })];
    expect(shownBy(values(rules, 'modelbeam'), { events }, { jobOf })).toEqual(['bytes 01020304']);
  });

  it.each([null, uri('avif', jpeg), 1])('says nothing of %j', (preview) => {
    expect(of(client.update('job', 'in_progress', { preview }))).toEqual(none);
  });
});

describe('nothing is said of', () => {
  const wrong = { progress: 1, preview: 'AAAA' };
  it.each([
    [
      'what we published ourselves',
      [at(20, { note: 'a-nonce' }), at(10, { note: 'a-nonce', preview: 'AAAA' })],
    ],
    [
      'a channel that this connection has not asked for',
      [
        client.update('job', 'x', { progress: 20 }, 'private-x'),
        client.update('job', 'x', wrong, 'private-x'),
      ],
    ],
    ['an update without either', [client.update('job', 'done')]],
  ])('%s', (_, events) => {
    expect(of(...events)).toEqual(none);
  });
});

it('is asked of applications alone, and on channels such as that of the client', () => {
  expect(values(rules, 'dryapi').applies).toEqual({ role: 'application' });
  expect(channel).toBe(rules.names.channel.replace('{id}', '42'));
});
