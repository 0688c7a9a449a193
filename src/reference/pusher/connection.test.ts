import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kindOf } from '../../contract/pusher-rules.ts';
import {
  connectionPath,
  dataOf,
  dryapi,
  modelbeam,
  type PusherOnAPort,
  pusherOnAPort,
  pusherRules,
  sendNoise,
} from './pusher-on-a-port.ts';

let server: PusherOnAPort;
beforeAll(async () => {
  server = await pusherOnAPort();
});
afterAll(() => server.close());

test('PC5, PC6: a client is greeted with its socket id and the activity timeout, as JSON in a string', async () => {
  const peer = await server.open(modelbeam);
  expect(peer.frames[0]?.event).toBe('pusher:connection_established');
  expect(peer.frames[0]?.data).toBeTypeOf('string');
  expect(dataOf(peer.frames[0] ?? {})).toEqual({
    socket_id: expect.stringMatching(/^\d+\.\d+$/),
    activity_timeout: 30,
  });
});

test('PC7: no two connections have the same socket id', async () => {
  const peers = await Promise.all(Array.from({ length: 20 }, () => server.open(dryapi)));
  expect(new Set(peers.map((peer) => peer.socketId())).size).toBe(20);
});

describe('the door', () => {
  const rows = Object.entries(pusherRules.protocol.connections).filter(([, row]) => row.scheme === undefined);
  test.each(rows)('%s', async (_name, row) => {
    const peer = await server.connect(connectionPath(row));
    if (kindOf(row) === 'admitted') {
      await expect(peer.next('pusher:connection_established')).resolves.toBeDefined();
    } else {
      const codes = 'close' in row ? Object.values(row.close ?? {}).flat() : [4007];
      expect(codes).toContain(await peer.closed);
      expect(peer.frames).toEqual([]);
    }
  });
});

describe('keep-alive', () => {
  test.each(Object.entries(pusherRules.keepAlive.pings))(
    'PK5: a ping is answered: %s',
    async (_name, { frame }) => {
      const peer = await server.open(modelbeam);
      peer.socket.send(frame);
      await expect(peer.next('pusher:pong')).resolves.toBeDefined();
    },
  );

  const advance = (connection: string, seconds: number): Promise<unknown> =>
    server.call('POST', '/control', { op: 'advance', connection, seconds });

  test('PK4: a silent connection is asked, and closed with 4201 where it does not answer', async () => {
    const peer = await server.open(modelbeam, 'silent');
    await advance('silent', 31);
    await peer.next('pusher:ping');
    await advance('silent', 31);
    expect(await peer.closed).toBe(4201);
  });

  test('PK2: whatever comes is a sign of life', async () => {
    const peer = await server.open(modelbeam, 'lively');
    for (const say of [() => peer.say('pusher:pong'), () => peer.socket.ping(), () => peer.say('nothing')]) {
      await advance('lively', 50);
      say();
      await peer.fence();
    }
    expect(peer.socket.readyState).toBe(peer.socket.OPEN);
  });
});

describe('what must do no harm', () => {
  test.each(Object.entries(pusherRules.robustness))('%s', async (_name, row) => {
    const [peer, other] = await Promise.all([server.open(modelbeam), server.open(modelbeam)]);
    sendNoise(peer, row);
    for (const each of [peer, other]) {
      each.say('pusher:ping', {});
      await expect(each.next('pusher:pong')).resolves.toBeDefined();
    }
    expect(other.frames).toHaveLength(2);
  });

  test('a message above 1 MiB costs its own connection only', async () => {
    const [peer, other] = await Promise.all([server.open(modelbeam), server.open(modelbeam)]);
    peer.socket.send('x'.repeat(2 * 1024 * 1024));
    expect(await peer.closed).toBe(1009);
    await other.fence();
  });
});
