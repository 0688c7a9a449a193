import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kindOf } from '../../contract/pusher-rules.ts';
import {
  modelbeam,
  type Peer,
  type PusherOnAPort,
  pusherOnAPort,
  pusherRules,
  trySubscribing,
} from './pusher-on-a-port.ts';

let server: PusherOnAPort;
beforeAll(async () => {
  server = await pusherOnAPort();
});
afterAll(() => server.close());

const own = 'private-client.42';

async function answer(peer: Peer): Promise<string> {
  peer.say('pusher:ping', {});
  await peer.next('pusher:pong');
  return String(peer.frames[1]?.event);
}

describe('a subscription to the own channel', () => {
  test.each(Object.entries(pusherRules.channelAuth.rows))('%s', async (_name, row) => {
    expect(await trySubscribing(server, row)).toBe(
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
