import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apps } from './apps.ts';
import { modelbeam, type PusherOnAPort, pusherOnAPort, pusherRules } from './pusher-on-a-port.ts';
import { md5, requestSignature } from './signing.ts';

let server: PusherOnAPort;
beforeAll(async () => {
  server = await pusherOnAPort();
});
afterAll(() => server.close());

const event = { name: 'e', channel: 'relay', data: '{"a":1}' };
const now = (): number => Math.floor(Date.now() / 1000);

async function get(path: string, query: Readonly<Record<string, string>> = {}) {
  const all = { auth_key: modelbeam.key, auth_timestamp: String(now()), auth_version: '1.0', ...query };
  const signed = { ...all, auth_signature: requestSignature(modelbeam.secret, 'GET', path, all) };
  return server.call('GET', `${path}?${new URLSearchParams(signed)}`);
}

test('PH1, PH22: an event reaches the subscribers of its channel as it was sent', async () => {
  const peer = await server.open(modelbeam);
  await peer.join(modelbeam, 'relay');
  expect(await server.trigger(modelbeam, event)).toEqual({ status: 200, body: {} });
  expect(await peer.next('e')).toEqual({ event: 'e', channel: 'relay', data: '{"a":1}' });
});

test('PH17: the named socket is left out', async () => {
  const [one, two] = [await server.open(modelbeam), await server.open(modelbeam)];
  await one.join(modelbeam, 'relay');
  await two.join(modelbeam, 'relay');
  await server.trigger(modelbeam, { ...event, socket_id: one.socketId() });
  await two.next('e');
  await one.fence();
  expect(one.frames.some((frame) => frame.event === 'e')).toBe(false);
});

test('an app hears nothing of the other one', async () => {
  const [, dryapi = modelbeam] = apps;
  const peer = await server.open(dryapi);
  await peer.join(dryapi, 'relay');
  await server.trigger(modelbeam, event);
  await peer.fence();
  expect(peer.frames.some((frame) => frame.event === 'e')).toBe(false);
});

describe('PH2 to PH6: what is not authentic is answered 401 and reaches nobody', () => {
  test.each([
    ['another secret', { auth_signature: requestSignature('x', 'POST', '/apps/1001/events', {}) }],
    ['a parameter that is not signed', { auth_signature: 'a'.repeat(64), extra: '1' }],
    ['a timestamp 601 seconds ago', { auth_timestamp: String(now() - 602) }],
    ['a timestamp 605 seconds ahead', { auth_timestamp: String(now() + 605) }],
    ['a timestamp that is no number', { auth_timestamp: 'abc' }],
    ['the checksum of another body', { body_md5: md5('another') }],
    ['another key', { auth_key: 'nobody' }],
    ['another version', { auth_version: '2.0' }],
  ])('%s', async (_name, change) => {
    expect((await server.trigger(modelbeam, event, change)).status).toBe(401);
  });
});

describe('the content', () => {
  const { limits } = pusherRules;
  const channels = (count: number): string[] => Array.from({ length: count }, (_, at) => `c${at}`);
  test.each([
    ['100 channels', { ...event, channels: channels(100) }, 200],
    ['101 channels', { ...event, channels: channels(101) }, 400],
    ['no name', { channel: 'relay', data: '' }, 400],
    ['no channel', { name: 'e', data: '' }, 400],
    ['no data', { name: 'e', channel: 'relay' }, 400],
    ['data that is an object', { ...event, data: {} }, 400],
    ['a channel of another form', { ...event, channel: 'a b' }, 400],
    ['data at the limit', { ...event, data: 'x'.repeat(limits.eventData) }, 200],
    ['data above the limit', { ...event, data: 'x'.repeat(limits.eventData + 1) }, 413],
    ['no object at all', [1], 400],
  ])('%s', async (_name, body, status) => {
    expect((await server.trigger(modelbeam, body)).status).toBe(status);
  });

  test('PH21: attributes that were asked for', async () => {
    expect(
      (await server.trigger(modelbeam, { ...event, channel: 'nobody-here', info: 'subscription_count' }))
        .body,
    ).toEqual({
      channels: { 'nobody-here': { subscription_count: 0 } },
    });
  });
});

describe('queries', () => {
  test('PH12, PH13: the occupied channels, narrowed to a prefix', async () => {
    const peer = await server.open(modelbeam);
    await peer.join(modelbeam, 'query-a');
    const { body } = await get('/apps/1001/channels', { filter_by_prefix: 'query-' });
    expect(body).toEqual({ channels: { 'query-a': {} } });
    expect(await get('/apps/1001/channels/query-a')).toEqual({ status: 200, body: { occupied: true } });
    expect(await get('/apps/1001/channels/query-b')).toEqual({ status: 200, body: { occupied: false } });
  });

  test('PH14, PH16: users are of presence channels only', async () => {
    expect((await get('/apps/1001/channels', { info: 'user_count' })).status).toBe(400);
    expect((await get('/apps/1001/channels/query-a/users')).status).toBe(400);
  });

  test('an app that does not exist', async () => {
    expect((await server.call('GET', '/apps/9/channels')).status).toBe(401);
  });
});
