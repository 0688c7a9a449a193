import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../contract/json.ts';
import { createPace } from './client-events.ts';
import { createEventCache } from './event-cache.ts';
import { dataOf, modelbeam, type Peer, type PusherOnAPort, pusherOnAPort } from './pusher-on-a-port.ts';
import { channelAuth, userSignature } from './signing.ts';

let server: PusherOnAPort;
beforeAll(async () => {
  server = await pusherOnAPort();
});
afterAll(() => server.close());

const succeeded = 'pusher_internal:subscription_succeeded';
const added = 'pusher_internal:member_added';
const removed = 'pusher_internal:member_removed';

/** Joins a presence channel as a user, and says what was answered. */
async function enter(peer: Peer, channel: string, user: string): Promise<JsonObject> {
  const data = JSON.stringify({ user_id: user, user_info: { name: user } });
  const auth = channelAuth(modelbeam, peer.socketId(), channel, data);
  const from = peer.frames.length;
  peer.say('pusher:subscribe', { channel, auth, channel_data: data });
  return peer.next(succeeded, from);
}

const usersIn = ({ frames }: Peer, event: string): readonly unknown[] =>
  frames.filter((frame) => frame.event === event).map((frame) => dataOf(frame).user_id);

const sends = (peer: Peer, event: string, channel: string, data: string, more = {}): void =>
  peer.socket.send(JSON.stringify({ event, channel, data, ...more }));

async function opened(count: number): Promise<readonly Peer[]> {
  return Promise.all(Array.from({ length: count }, () => server.open(modelbeam)));
}

describe('presence', () => {
  test('PM1, PM2, PM3, PM7, PM8: users are told of, not connections', async () => {
    const [watcher, first, second, other] = (await opened(4)) as [Peer, Peer, Peer, Peer];
    const channel = 'presence-room';
    await enter(watcher, channel, 'w');
    await enter(first, channel, 'a');
    await enter(second, channel, 'a');
    const confirmed = dataOf(await enter(other, channel, 'b'));
    expect(confirmed).toEqual({
      presence: {
        count: 3,
        ids: ['w', 'a', 'b'],
        hash: { w: { name: 'w' }, a: { name: 'a' }, b: { name: 'b' } },
      },
    });
    second.say('pusher:unsubscribe', { channel });
    await second.fence();
    first.socket.terminate();
    await watcher.next(removed);
    expect(usersIn(watcher, added)).toEqual(['a', 'b']);
    expect(usersIn(watcher, removed)).toEqual(['a']);
    expect(usersIn(other, added)).toEqual([]);
  });

  test('PS4: channel_data that is not signed is refused', async () => {
    const peer = await server.open(modelbeam);
    const channel = 'presence-other';
    peer.say('pusher:subscribe', {
      channel,
      auth: channelAuth(modelbeam, peer.socketId(), channel),
      channel_data: '{"user_id":"1"}',
    });
    expect((await peer.next('pusher:subscription_error')).channel).toBe(channel);
  });

  test('a user who only has numbers for an id is told by them, in a string', async () => {
    const peer = await server.open(modelbeam);
    const data = '{"user_id":10}';
    const channel = 'presence-numbers';
    peer.say('pusher:subscribe', {
      channel,
      auth: channelAuth(modelbeam, peer.socketId(), channel, data),
      channel_data: data,
    });
    expect(dataOf(await peer.next(succeeded))).toEqual({
      presence: { count: 1, ids: ['10'], hash: { '10': null } },
    });
  });
});

describe('client events', () => {
  test('PE5, PE7, PM6: reach the others as they are, with the user who was signed', async () => {
    const [sender, listener] = (await opened(2)) as [Peer, Peer];
    await enter(sender, 'presence-talk', 'a');
    await enter(listener, 'presence-talk', 'b');
    sends(sender, 'client-hello', 'presence-talk', '{"x": 1}', { user_id: 'b' });
    expect(await listener.next('client-hello')).toEqual({
      event: 'client-hello',
      channel: 'presence-talk',
      data: '{"x": 1}',
      user_id: 'a',
    });
    await sender.fence();
    expect(sender.frames.filter(({ event }) => event === 'client-hello')).toEqual([]);
  });

  test('PE2, PE3: are not relayed from outside, nor on a public channel', async () => {
    const [sender, listener] = (await opened(2)) as [Peer, Peer];
    await listener.join(modelbeam, 'private-talk');
    for (const peer of [sender, listener]) {
      peer.say('pusher:subscribe', { channel: 'talk' });
      await peer.next(succeeded, peer.frames.length);
    }
    sends(sender, 'client-a', 'private-talk', '');
    sends(sender, 'client-b', 'talk', '');
    await sender.fence();
    await listener.fence();
    expect(listener.frames.filter(({ event }) => /^client-/.test(String(event)))).toEqual([]);
    expect(sender.frames.filter(({ event }) => event === 'pusher:error')).toHaveLength(2);
  });

  test('PE6, PX14: beyond ten a second are answered with 4301 on an open connection', async () => {
    const sender = await server.open(modelbeam);
    await sender.join(modelbeam, 'private-flood');
    for (let at = 0; at < 12; at++) sends(sender, 'client-x', 'private-flood', String(at));
    await sender.fence();
    const codes = sender.frames
      .filter(({ event }) => event === 'pusher:error')
      .map((one) => dataOf(one).code);
    expect(codes).toEqual([4301, 4301]);
  });

  test('a second later there is room again', () => {
    let now = 0;
    const may = createPace(2, () => now);
    expect([may(), may(), may()]).toEqual([true, true, false]);
    now = 1000;
    expect(may()).toBe(true);
  });
});

describe('cache channels', () => {
  test('PV2, PV3: a miss, and then the last event', async () => {
    const [early, late] = (await opened(2)) as [Peer, Peer];
    early.say('pusher:subscribe', { channel: 'cache-news' });
    expect(await early.next('pusher:cache_miss')).toEqual({
      event: 'pusher:cache_miss',
      channel: 'cache-news',
    });
    for (const data of ['1', '2']) {
      await server.trigger(modelbeam, { name: 'news', channels: ['cache-news'], data });
    }
    late.say('pusher:subscribe', { channel: 'cache-news' });
    await late.next('news');
    expect(late.frames.slice(-2)).toEqual([
      { event: succeeded, channel: 'cache-news', data: '{}' },
      { event: 'news', channel: 'cache-news', data: '2' },
    ]);
  });

  test('PV4: what was remembered is forgotten in time', () => {
    let now = 0;
    const cache = createEventCache(30, () => now);
    const event = { app: modelbeam, channel: 'cache-a', name: 'n', data: 'd' };
    cache.remember(event);
    now = 30 * 60_000 - 1;
    expect(cache.last(modelbeam, 'cache-a')).toBe(event);
    now += 1;
    expect(cache.last(modelbeam, 'cache-a')).toBeUndefined();
  });
});

describe('sign-in', () => {
  const signIn = async (peer: Peer, data: string, secret = modelbeam.secret): Promise<JsonObject> => {
    const from = peer.frames.length;
    const auth = `${modelbeam.key}:${userSignature(secret, peer.socketId(), data)}`;
    peer.say('pusher:signin', { auth, user_data: data });
    await peer.fence();
    return peer.frames[from] ?? {};
  };

  test('PU1, PU2, PU3, PU4: one user for each connection, by a signature', async () => {
    const peer = await server.open(modelbeam);
    expect(await signIn(peer, '{"id":"1"}', 'another')).toMatchObject({ event: 'pusher:error' });
    const granted = await signIn(peer, '{"id":"1"}');
    expect(granted.event).toBe('pusher:signin_success');
    expect(dataOf(granted)).toEqual({ user_data: '{"id":"1"}' });
    expect(await signIn(peer, '{"id":"2"}')).toMatchObject({ event: 'pusher:error' });
    expect(await signIn(peer, '{"id":"1"}')).toMatchObject({ event: 'pusher:signin_success' });
  });

  test.each(['{}', '{"id":""}', '{"id":1}', '[]', 'x'])('PU5i: %s is nobody', async (data) => {
    const peer = await server.open(modelbeam);
    expect(await signIn(peer, data)).toMatchObject({ event: 'pusher:error' });
  });
});
