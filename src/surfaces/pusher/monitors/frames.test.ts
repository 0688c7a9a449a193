import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../contract/json.ts';
import { loadContract } from '../../../contract/load.ts';
import { expectedBy, said, shownBy, type Watching } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { channel, writtenClient } from '../written-client.ts';
import { frames } from './frames.ts';

const { pusher } = await loadContract();
const monitor = frames(pusher, 'dryapi');
const client = writtenClient('client');
const { came, frame } = client;
const request_id = '00000000-0000-4000-8000-000000000000';
const right = { request_id, status: 'processing', preview: null, result_url: null, progress: '0.00' };
const event = (data: unknown, more: object = {}): NewEvent =>
  came(pusher.rules.names.event, {
    channel,
    data: typeof data === 'string' ? data : JSON.stringify(data),
    ...more,
  });

/** What is said of a frame to a client that asked for its channel, which is event 0. */
const of = (one: NewEvent, watching: Watching = {}) => {
  const { found, judged } = said(
    monitor,
    { events: [client.asks(), one] },
    { dialect: 'dryapi', ...watching },
  );
  return { found: found.toSorted(), judged: judged.map((each) => each.split(' ')[0]).toSorted() };
};

describe('every frame is text, a JSON object, and has an event', () => {
  it.each([
    ['no JSON', frame('hello')],
    ['no object', frame('[]')],
    ['no event', frame('{"data":{}}')],
    ['an event that is no text', frame('{"event":1}')],
    ['binary', { ...client.came('pusher:pong'), binary: true } as NewEvent],
  ])('%s', (_, one) => {
    expect(of(one)).toEqual({ judged: ['PC4'], found: ['PC4 no-event @1'] });
  });

  it('is judged of frames alone', () => {
    expect(of(client.opened)).toEqual({ judged: [], found: [] });
  });

  it('says nothing further of other events of the protocol, or of clients', () => {
    expect(of(came('pusher:something'))).toEqual({ judged: ['PC4'], found: [] });
    expect(of(came('client-typing'))).toEqual({ judged: ['PC4'], found: [] });
  });
});

describe('a frame of the protocol is as its schema says', () => {
  const ofGreeting = ['PC4', 'PC5', 'PC6', 'PC6i', 'PC7i'];
  const established = 'pusher:connection_established';

  it.each([
    ['a greeting', client.greeted(), []],
    ['a socket id of another form', client.greeted('abc'), [`PC7i schema ${established} /data/socket_id @1`]],
    ['no time', client.greeted('1.1', null), [`PC6 schema ${established} /data/activity_timeout @1`]],
  ])('%s', (_, one, found) => {
    expect(of(one)).toEqual({ judged: ofGreeting, found });
  });

  it.each([
    [
      'a greeting whose data is no object',
      came(established, { data: 'hello' }),
      [`PC6 data ${established} @1`],
    ],
    [
      'a greeting with an object',
      came(established, { data: {} }),
      [
        `PC6 schema ${established} /data @1`,
        `PC6 schema ${established} /data @1`,
        `PC6 schema ${established} /data @1`,
      ],
    ],
    ['an error', came('pusher:error', { data: { message: 'no', code: 4009 } }), []],
    ['an error without data', came('pusher:error'), ['PX20 schema pusher:error  @1']],
    ['a pong', came('pusher:pong'), []],
    ['a confirmation', client.granted(), []],
    [
      'a confirmation under another name',
      came('pusher:subscription_succeeded', { channel }),
      ['PS2 schema pusher:subscription_succeeded /event @1'],
    ],
    [
      'a confirmation with a number',
      came('pusher_internal:subscription_succeeded', { channel, data: 1 }),
      ['PS2 schema pusher_internal:subscription_succeeded /data @1'],
    ],
  ])('%s', (_, one, found) => {
    expect(of(one).found).toEqual(found);
  });

  it('a refusal that says of which channel shows that it does', () => {
    expect(of(came('pusher:error', { channel, data: { message: 'no' } })).judged).toContain('PS5i');
    expect(of(came('pusher:error', { data: { message: 'no' } })).judged).not.toContain('PS5i');
    expect(of(came('pusher:ping', { channel })).judged).not.toContain('PS5i');
  });
});

describe('who asked for a channel without a name', () => {
  const refusal = came('pusher:subscription_error', { channel: '', data: {} });
  const other = writtenClient('other');
  const refusedAfter = (...before: readonly NewEvent[]) => said(monitor, { events: [...before, refusal] });

  it('may be told that name', () => {
    expect(refusedAfter(client.asks('')).judged).toEqual([]);
  });

  it('and nobody else may', () => {
    for (const one of [client.asks(), other.asks(''), frame('"channel":""')])
      expect(refusedAfter(one).judged).toContain('PC4 client');
    expect(said(monitor, { events: [client.asks(''), client.granted()] }).judged).toContain('PC4 client');
  });
});

describe('the event of a job', () => {
  const rule = `schema ${pusher.rules.names.event}`;
  const names = ['M8', 'PS12', 'PS9'];

  it('is judged by its envelope, its name and its update', () => {
    const { found, judged } = of(event(right));
    expect(found).toEqual([]);
    expect(judged).toEqual(expect.arrayContaining(['D20', 'D32', ...names]));
  });

  it.each([
    ['a status that nobody knows', event({ ...right, status: 'resting' }), [`D20 ${rule} /data/status @1`]],
    ['no object in its data', event('hello'), [`D32 ${rule} /data @1`]],
    ['another name', event(right, { event: 'x' }), ['M8 schema event /event @1']],
    [
      'a name that begins with a dot',
      event(right, { event: `.${pusher.rules.names.event}` }),
      [`M8 ${rule} /event @1`],
    ],
    ['its data as an object', event(right, { data: right }), [`PS9 ${rule} /data @1`]],
  ])('is broken by %s', (_, one, found) => {
    expect(of(one).found).toEqual(found);
  });

  it.each([
    ['a relay carries it', event({}, { event: 'x' }), { role: 'relay' as const }],
    ['we published it', event({ note: 'a-nonce' }, { event: 'x' }), {}],
    ['this connection has not asked for it', event({}, { event: 'x', channel: 'private-x' }), {}],
  ])('has the name and the data of whoever published it, where %s', (_, one, watching) => {
    const { found, judged } = of(one, watching);
    expect({ found, judged }).toEqual({ found: [], judged: ['PC4', 'PS12', 'PS9'] });
  });

  it('but a server that drops its channel has broken its envelope', () => {
    expect(of(event({}, { event: 'x', channel: undefined }), { role: 'relay' }).found).toEqual([
      'PS12 schema event  @1',
    ]);
    expect(of(event({}, { channel: undefined }), { role: 'relay' }).found).toHaveLength(1);
  });
});

it('says what should have been, and shows what was there', () => {
  const shown = (one: NewEvent) => {
    const recorded = { events: [client.asks(), one] };
    return [expectedBy(monitor, recorded), shownBy(monitor, recorded)].flat();
  };
  expect(shown(event({ ...right, status: 'resting' }))).toEqual([
    expect.stringMatching(/ at \/data\/status$/),
    '"resting"',
  ]);
  expect(shown(came('pusher:error'))).toEqual(['the key "data"', expect.stringContaining('pusher:error')]);
  expect(shown(frame('x'.repeat(200)))).toEqual(['a JSON object with an event, as text', 'x'.repeat(120)]);
  expect(shown({ ...client.came('x'), binary: true } as NewEvent)[1]).toBe('a binary frame of 13 bytes');
});

it('what a schema asks beyond the names it knows may be said as well', () => {
  const checksWith = (schema: JsonObject) =>
    frames({ ...pusher, schemas: { ...pusher.schemas, 'messages/ping': schema } }, 'dryapi').checks;
  const properties = { event: { 'x-requirement': 'X1' }, data: { 'x-requirement': 'X2' }, more: true };
  const required = ['event', 'data'];
  const own = { 'x-requirement': 'X3', properties };
  expect(checksWith({ ...own, required })).toContain('X2');
  for (const id of ['X1', 'X3']) expect(checksWith({ ...own, required })).not.toContain(id);
  for (const key of ['more', 'unknown'])
    expect(checksWith({ ...own, required: [...required, key] })).toContain('X3');
  expect(checksWith({ properties, required: ['more'] })).not.toContain(undefined);
});

it('what may be said is what a schema can find beyond the name it was chosen by', () => {
  const { checks } = monitor;
  expect(checks).toEqual(
    expect.arrayContaining(['PC4', 'PC6', 'PC6i', 'PC7i', 'PX20', 'PS2', 'PS9', 'PS12', 'M8']),
  );
  expect(checks).toEqual(expect.arrayContaining(['D19', 'D20', 'D21', 'D22', 'D25', 'D32']));
  expect(new Set(checks).size).toBe(checks.length);
});
