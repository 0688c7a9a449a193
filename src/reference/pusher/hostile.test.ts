import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf, modelbeam, type PusherOnAPort, pusherOnAPort } from './pusher-on-a-port.ts';

let server: PusherOnAPort;
beforeAll(async () => {
  server = await pusherOnAPort();
});
afterAll(() => server.close());

/** Sends bytes as they are, and waits until the other side has answered and ended. */
function raw(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(server.http).port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => {}).on('close', () => resolve(text));
    socket.write(bytes);
    socket.setTimeout(500, () => socket.destroy());
  });
}

async function isAlive(): Promise<void> {
  const peer = await server.open(modelbeam);
  peer.say('pusher:ping', {});
  await peer.next('pusher:pong');
  peer.socket.terminate();
}

const handshake = (target: string, more = ''): string =>
  `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`;
const door = `/app/${modelbeam.key}?protocol=7`;

test.each([
  ['an upgrade to no path', handshake('http://')],
  ['an upgrade with a broken escape', handshake('/app/%E0%A4%A?protocol=7')],
  ['an upgrade without a key', handshake('/app')],
  ['an upgrade of version 99', handshake(door).replace('Version: 13', 'Version: 99')],
  ['an upgrade without a nonce', handshake(door).replace(/Sec-WebSocket-Key.*\r\n/, '')],
  ['an unmasked frame', Buffer.concat([Buffer.from(handshake(door)), Buffer.from('810568656c6c6f', 'hex')])],
  ['reserved bits', Buffer.concat([Buffer.from(handshake(door)), Buffer.from('f18500000000', 'hex')])],
  [
    'a text frame that is no UTF-8',
    Buffer.concat([Buffer.from(handshake(door)), Buffer.from('818200000000c328', 'hex')]),
  ],
  [
    'a frame of 2^62 bytes',
    Buffer.concat([Buffer.from(handshake(door)), Buffer.from('81ff4000000000000000', 'hex')]),
  ],
  [
    'a close with a forbidden code',
    Buffer.concat([Buffer.from(handshake(door)), Buffer.from('88820000000003ed', 'hex')]),
  ],
  ['a body that breaks off', 'POST /broadcasting/auth HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{'],
  ['no HTTP at all', '\u0000\u0001\r\n\r\n'],
])('%s harms nobody', async (_name, bytes) => {
  await raw(bytes);
  await isAlive();
});

const bodies = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '{"__proto__":{"a":1}}',
  '{"batch":{}}',
  '{"batch":[null]}',
  '{"channels":{}}',
];

test.each([
  '/broadcasting/auth',
  '/apps/1001/events',
  '/apps/1001/batch_events',
  '/api/v1/client/txt2img',
  '/api/v1/client/request-status/nobody/step',
])('%s answers nonsense with a refusal', async (path) => {
  for (const body of bodies) {
    const response = await fetch(server.http + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${clientOf(modelbeam).api}`, 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBeLessThan(500);
    expect(response.headers.get('content-type')).toContain('json');
    await response.text();
  }
  await isAlive();
});
