import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../contract/json.ts';
import { kindOf } from '../../contract/pusher-rules.ts';
import { modelbeam, type Peer, type PusherOnAPort, pusherOnAPort, pusherRules } from './pusher-on-a-port.ts';
import { channelAuth } from './signing.ts';

let server: PusherOnAPort;
beforeAll(async () => {
  server = await pusherOnAPort();
});
afterAll(() => server.close());

const own = 'private-client.42';

function authOf(template: string, socketId: string, other: string): string {
  const signature = (auth: string): string => auth.split(':')[1] ?? '';
  const right = signature(channelAuth(modelbeam, socketId, own));
  const values: Readonly<Record<string, string>> = {
    key: modelbeam.key,
    'made-up': 'nobody',
    signature: right,
    'other-socket': signature(channelAuth(modelbeam, other, own)),
    'other-channel': signature(channelAuth(modelbeam, socketId, 'private-client.43')),
    'made-up-secret': signature(channelAuth({ ...modelbeam, secret: 'x' }, socketId, own)),
    'truncated-signature': right.slice(0, -1),
    'upper-signature': right.toUpperCase(),
    'signature-with-data': signature(channelAuth(modelbeam, socketId, own, '{"user_id":"1"}')),
  };
  return template.replace(/\{([a-z-]+)\}/g, (_whole, name: string) => values[name] ?? '?');
}

async function answer(peer: Peer): Promise<string> {
  peer.say('pusher:ping', {});
  await peer.next('pusher:pong');
  return String(peer.frames[1]?.event);
}

describe('a subscription to the own channel', () => {
  test.each(Object.entries(pusherRules.channelAuth.rows))('%s', async (_name, row) => {
    const [peer, other] = await Promise.all([server.open(modelbeam), server.open(modelbeam)]);
    const auth: Json | undefined =
      typeof row.auth === 'string' ? authOf(row.auth, peer.socketId(), other.socketId()) : row.json;
    const data: JsonObject = {
      channel: own,
      ...(auth === undefined ? {} : { auth }),
      ...(row.channelData === undefined ? {} : { channel_data: row.channelData }),
    };
    peer.say('pusher:subscribe', data);
    expect(await answer(peer)).toBe(
      kindOf(row) === 'admitted' ? 'pusher_internal:subscription_succeeded' : 'pusher:subscription_error',
    );
  });
});

describe('a subscription to another channel', () => {
  test.each(Object.entries(pusherRules.channelAuth.channels))('%s', async (_name, row) => {
    const peer = await server.open(modelbeam);
    const channel = row.channel
      .replace('{nonce}', 'n')
      .replace(/\{name-(\d+)\}/, (_whole, length: string) => 'n'.repeat(Number(length)));
    peer.say('pusher:subscribe', { channel, ...(row.auth === null ? {} : { auth: row.auth ?? '' }) });
    expect(await answer(peer)).toBe(
      kindOf(row) === 'admitted' ? 'pusher_internal:subscription_succeeded' : 'pusher:subscription_error',
    );
  });
});

test('PS6i: a second subscription is an error, and its events stay single', async () => {
  const peer = await server.open(modelbeam);
  await peer.join(modelbeam, 'public-twice');
  peer.say('pusher:subscribe', { channel: 'public-twice' });
  await peer.next('pusher:error');
  await server.trigger(modelbeam, { name: 'e', channel: 'public-twice', data: 'd' });
  await peer.next('e');
  await peer.fence();
  expect(peer.frames.filter(({ event }) => event === 'e')).toHaveLength(1);
});

test('PS7: nothing comes after the unsubscription', async () => {
  const peer = await server.open(modelbeam);
  await peer.join(modelbeam, 'public-left');
  peer.say('pusher:unsubscribe', { channel: 'public-left' });
  peer.say('pusher:ping', {});
  await peer.next('pusher:pong');
  await server.trigger(modelbeam, { name: 'e', channel: 'public-left', data: 'd' });
  await peer.fence();
  expect(peer.frames.some(({ event }) => event === 'e')).toBe(false);
});

test('A10, A12: other readings', async () => {
  const other = await pusherOnAPort({
    readings: { A10: 'error', A12: 'absent', 'A13.pong': 'absent', 'A13.error': 'string' },
  });
  const peer = await other.open(modelbeam);
  expect(await peer.join(modelbeam, own)).toEqual({
    event: 'pusher_internal:subscription_succeeded',
    channel: own,
  });
  peer.say('pusher:subscribe', { channel: 'private-client.43' });
  expect(await peer.next('pusher:error')).toMatchObject({
    channel: 'private-client.43',
    data: expect.any(String),
  });
  peer.say('pusher:ping');
  expect(await peer.next('pusher:pong')).toEqual({ event: 'pusher:pong' });
  await other.close();
});
