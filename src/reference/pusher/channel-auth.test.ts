import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kindOf } from '../../contract/pusher-rules.ts';
import {
  askAuth,
  clientOf,
  dryapi,
  modelbeam,
  type PusherOnAPort,
  pusherOnAPort,
  pusherRules,
  someSocketId,
} from './pusher-on-a-port.ts';
import { channelAuth } from './signing.ts';

let server: PusherOnAPort;
beforeAll(async () => {
  server = await pusherOnAPort();
});
afterAll(() => server.close());

const { encodings, path, rows } = pusherRules.authEndpoint;
const socketId = someSocketId;

describe.each(Object.values(encodings))('$says', ({ contentType }) => {
  test.each(Object.entries(rows))('%s', async (_name, row) => {
    const { status, body } = await askAuth(server, row.send ?? {}, contentType);
    if (kindOf(row) === 'admitted') {
      expect(status).toBe(200);
      expect(body).toEqual({ auth: channelAuth(dryapi, socketId, 'private-client.42') });
    } else {
      expect(body.auth).toBeUndefined();
      expect(body.message).toBeTypeOf('string');
      const numbers = 'status' in row ? Object.values(row.status ?? {}).flat() : [];
      if (numbers.length > 0) expect(numbers).toContain(status);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
  });
});

test('one endpoint serves both apps: the token tells them apart', async () => {
  const { body } = await server.call(
    'POST',
    path,
    { socket_id: socketId, channel_name: 'private-client.42' },
    clientOf(modelbeam).api,
  );
  expect(body).toEqual({ auth: channelAuth(modelbeam, socketId, 'private-client.42') });
});

test.each([['not json'], ['[]'], ['{"socket_id":{},"channel_name":[]}'], [''], ['['.repeat(100_000)]])(
  'a body of nonsense is refused: %.20s',
  async (body) => {
    const response = await fetch(server.http + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${clientOf(dryapi).api}` },
      body,
    });
    expect(response.status).toBe(422);
  },
);

test('control revokes a token and gives it back', async () => {
  const { api } = clientOf(dryapi, '44');
  const request = [path, { socket_id: socketId, channel_name: 'private-client.44' }, api] as const;
  await server.call('POST', '/control', { op: 'revoke', token: api });
  expect((await server.call('POST', ...request)).status).toBe(401);
  await server.call('POST', '/control', { op: 'restore', token: api });
  expect((await server.call('POST', ...request)).status).toBe(200);
});

test('A37: where that is the reading, a revoked token costs the connections it authorized', async () => {
  const cutting = await pusherOnAPort({ readings: { A37: 'closes' } });
  const { api } = clientOf(dryapi);
  const [peer, other] = [await cutting.open(dryapi), await cutting.open(dryapi)];
  await cutting.call('POST', path, { socket_id: peer.socketId(), channel_name: 'private-client.42' }, api);
  await cutting.call('POST', '/control', { op: 'revoke', token: api });
  expect(await peer.closed).toBe(4009);
  await other.fence();
  await cutting.close();
});

test('A9, P.auth-get: other readings', async () => {
  const other = await pusherOnAPort({ readings: { 'A9.credential': '403', 'A9.channel': '401' } });
  expect((await askAuth(other, { authorization: null }, 'application/json')).status).toBe(403);
  expect((await askAuth(other, { channel_name: 'private-client.43' }, 'application/json')).status).toBe(401);
  await other.close();
});
