import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Spawned, start } from '../cli/spawned.ts';
import { home, tokenOf } from './emit/emit-on-a-port.ts';
import { apps } from './pusher/apps.ts';
import { owed, shares } from './well-behaved.ts';

// Each end of a connection counts as an open file, so the server has a process of its own.
let server: Spawned;
let port: number;
let address: { readonly http: string; readonly ws: string };

beforeAll(async () => {
  server = start(['serve', '--port', '0']);
  const banner = await server.prints('Stop with Ctrl-C');
  port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(banner)?.[1]);
  address = { http: `http://127.0.0.1:${port}`, ws: `ws://127.0.0.1:${port}` };
}, 180_000);

afterAll(async () => {
  server.child.kill('SIGTERM');
  expect(await server.ended).toMatchObject({ exit: 0, stderr: '' });
});

/** Resident memory of the server in megabytes; where the system does not tell, 0. */
function memory(): number {
  if (process.platform !== 'linux') return 0;
  const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

const tokenOfBeam = 'Authorization: Bearer plumbline-document-token-0123456789\r\n';
const doors = [
  { path: `/app/${apps[0]?.key}?protocol=7`, headers: '' },
  { path: '/beam/document/', headers: tokenOfBeam },
  { path: `/api/v1/realtime/spaces/${home}?token=${tokenOf(home, 'read')}`, headers: '' },
] as const;

/** Connects to a door; resolves once it has opened. Whether its frames are read is the caller's business. */
function open({ path, headers }: (typeof doors)[number]): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', reject);
    socket.once('data', (data) => {
      if (!data.toString('latin1').startsWith('HTTP/1.1 101'))
        reject(new Error(data.toString('latin1').slice(0, 200)));
      resolve(socket.off('error', reject).on('error', () => {}));
    });
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`,
    );
  });
}

/** A masked frame, with a mask that changes nothing. */
function frame(opcode: number, text: string): Buffer {
  const body = Buffer.from(text);
  const size = body.length < 126 ? [0x80 | body.length] : [0xfe, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...size, 0, 0, 0, 0]), body]);
}

/** Makes events for everybody who watches the home space, about half a megabyte each. */
async function events(count: number): Promise<void> {
  const call = async (role: 'producer' | 'worker', path: string, body: unknown): Promise<{ id: string }> => {
    const headers = { 'x-api-key': tokenOf(home, role), connection: 'close' };
    const response = await fetch(`${address.http}/api/v1${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    expect(response.ok).toBe(true);
    return (await response.json()) as { id: string };
  };
  const { id } = await call('producer', `/spaces/${home}/jobs`, { name: 'loud' });
  await call('worker', `/spaces/${home}/jobs/poll`, {});
  await call('worker', `/jobs/${id}/ack`, {});
  const part = 'x'.repeat(500_000);
  for (let n = 0; n < count; n += 1) await call('worker', `/jobs/${id}/progress`, { n, part });
  await call('worker', `/jobs/${id}/complete`, {});
}

describe('consumers that stop reading', { timeout: 180_000 }, () => {
  it('are dropped at their limit, cost no more memory than that, and harm nobody', async () => {
    const before = memory();
    const slow = await Promise.all(Array.from({ length: 20 }, () => open(doors[2])));
    const came = new Map(slow.map((socket) => [socket, 0]));
    for (const socket of slow) socket.pause();
    const quick = await open(doors[2]);
    let got = 0;
    quick.on('data', (data) => {
      got += data.length;
    });
    const count = 60;
    const [, others] = await Promise.all([events(count), shares(address)]);
    expect(others).toEqual(owed);
    await expect.poll(() => got, { timeout: 30_000 }).toBeGreaterThan(count * 500_000);
    // Eight megabytes may wait for each of twenty; thirty were sent.
    expect(memory() - before).toBeLessThan(400);
    await Promise.all(
      slow.map((socket) => {
        socket.on('data', (data) => came.set(socket, (came.get(socket) ?? 0) + data.length));
        const ended = new Promise((resolve) => socket.on('close', resolve));
        socket.resume();
        return ended;
      }),
    );
    // What had been queued may still have come; the rest was not kept for them.
    for (const bytes of came.values()) expect(bytes).toBeLessThan(count * 500_000);
    quick.destroy();
  });

  it('and ask for more, with pings, echoes and streams, are held back or dropped', async () => {
    const before = memory();
    const greedy = await Promise.all([doors[0], doors[0], doors[1], doors[1], doors[2], doors[2]].map(open));
    for (const socket of greedy) socket.pause();
    const pings = Buffer.concat(Array(2000).fill(frame(9, 'x'.repeat(125))));
    const asks = Buffer.concat(Array(200).fill(frame(1, '{"event":"pusher:ping","data":{}}')));
    const streams = Buffer.concat(
      Array(20).fill(frame(1, JSON.stringify({ nonce: 'n'.repeat(200), op: 'stream', n: 1000 }))),
    );
    for (const [at, socket] of greedy.entries()) {
      const more = [asks, asks, streams, streams, pings, pings][at] ?? pings;
      // Twenty megabytes of questions each, as far as the server takes them.
      let left = Math.min(20_000_000 / more.length, 2000);
      const push = (): void => {
        while (left-- > 0 && !socket.destroyed)
          if (!socket.write(more)) return void socket.once('drain', push);
      };
      push();
    }
    for (let round = 0; round < 3; round += 1) expect(await shares(address)).toEqual(owed);
    expect(memory() - before).toBeLessThan(400);
    for (const socket of greedy) {
      expect(socket.bytesWritten).toBeGreaterThan(1_000_000);
      socket.destroy();
    }
    expect(await shares(address)).toEqual(owed);
  });
});

describe('10,000 connections', { timeout: 300_000 }, () => {
  it('are held in bounded memory while others are served, hear what there is, and close', async () => {
    const before = memory();
    const sockets: Socket[] = [];
    let heard = 0;
    const crowd = 10_000;
    for (let at = 0; at < crowd; at += 250) {
      const opened = await Promise.all(
        Array.from({ length: 250 }, (_, n) => open(doors[(at + n) % 3] ?? doors[0])),
      );
      for (const socket of opened) {
        let known = false;
        socket.on('data', (data: Buffer) => {
          // Where this takes a minute, the server asks who is still there.
          if (data[0] === 0x89) socket.write(frame(10, ''));
          if (known || !data.includes('"acked"')) return;
          known = true;
          heard += 1;
        });
      }
      sockets.push(...opened);
    }
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([]);
    expect(memory() - before).toBeLessThan(1000);
    const [others] = await Promise.all([shares(address), events(0)]);
    expect(others).toEqual(owed);
    await expect.poll(() => heard, { timeout: 60_000 }).toBeGreaterThanOrEqual(Math.floor(crowd / 3));
    const ended = Promise.all(
      sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
    for (const socket of sockets) socket.end(frame(8, ''));
    await ended;
    expect(await shares(address)).toEqual(owed);
  });
});
