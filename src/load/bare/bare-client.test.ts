import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { acceptOf } from './accept-key.ts';
import { BareClient, type BareOptions } from './bare-client.ts';
import { serverFrame } from './frame-writer.ts';
import { opcodes } from './opcodes.ts';

type Happened = readonly [what: string, value?: unknown];

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const plain: BareOptions = { headers: {}, tls: {}, connectMs: 5000 };

/** A client, and what it is told. */
function dial(url: string, options: BareOptions = plain) {
  const happened: Happened[] = [];
  const waiting = new Set<() => void>();
  const note = (...what: Happened): void => {
    happened.push(what);
    for (const check of [...waiting]) check();
  };
  const client = new BareClient(url, options, {
    opened: () => note('opened'),
    refused: (_at, status) => note('refused', status),
    message: (bytes) => note('message', bytes.toString()),
    closed: (_at, code) => note('closed', code),
  });
  closers.push(() => client.cut());
  const until = (count: number): Promise<readonly Happened[]> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (happened.length < count) return;
        waiting.delete(check);
        resolve(happened);
      };
      waiting.add(check);
      check();
    });
  return { client, until };
}

/** A server of sockets, which gives each its request's key. */
async function serve(answer: (socket: Socket, key: string, request: string) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      const request = bytes.toString();
      answer(socket, /sec-websocket-key: (\S+)/i.exec(request)?.[1] ?? '', request);
    });
    closers.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function upgraded(key: string, accept = acceptOf(key)): string {
  return `HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nconnection: keep-alive, Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`;
}

describe('a client on a bare socket', () => {
  it('talks to a server of another make, over TLS', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const https = createHttps({ key, cert });
    const sockets = new WebSocketServer({ server: https });
    const seen: string[] = [];
    sockets.on('connection', (socket, { headers, url }) => {
      seen.push(`${url} ${headers.authorization}`);
      socket.on('message', (data) => socket.send(`you said ${data}`));
      socket.on('pong', () => socket.close(4100));
    });
    await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
    closers.push(() => https.close());
    const url = `wss://127.0.0.1:${(https.address() as AddressInfo).port}/a?b=c`;
    const options = { ...plain, headers: { authorization: 'Bearer x' }, tls: { ca: cert } };
    const { client, until } = dial(url, options);
    await until(1);
    client.send('žluť');
    client.send('x'.repeat(70_000));
    expect(await until(3)).toEqual([
      ['opened'],
      ['message', 'you said žluť'],
      ['message', `you said ${'x'.repeat(70_000)}`],
    ]);
    for (const socket of sockets.clients) socket.ping('p');
    expect((await until(4))[3]).toEqual(['closed', 4100]);
    expect(seen).toEqual(['/a?b=c Bearer x']);
    expect(await dial(url).until(1)).toEqual([['refused', 0]]);
    expect((await dial(url, { ...plain, tls: { insecure: true } }).until(1))[0]).toEqual(['opened']);
  });

  it('reads what comes with the answer to its handshake, in whatever pieces', async () => {
    const url = await serve((socket, key) => {
      const bytes = Buffer.concat([Buffer.from(upgraded(key)), serverFrame('one'), serverFrame('two')]);
      socket.setNoDelay(true);
      socket.write(bytes.subarray(0, 30));
      setTimeout(() => socket.write(bytes.subarray(30, bytes.length - 2)), 10);
      setTimeout(() => socket.end(bytes.subarray(-2)), 20);
    });
    expect(await dial(url).until(4)).toEqual([
      ['opened'],
      ['message', 'one'],
      ['message', 'two'],
      ['closed', 1006],
    ]);
  });

  it.each([
    ['a refusal', 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n', 403],
    ['an answer to another key', upgraded('', acceptOf('another')), 0],
    ['an answer without a key', 'HTTP/1.1 101 X\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n', 0],
    ['no HTTP', 'hello\r\n\r\n', 0],
    ['a head without an end', 'x'.repeat(20_000), 0],
  ])('takes %s for none', async (_what, answer, status) => {
    const url = await serve((socket) => socket.write(answer));
    expect(await dial(url).until(1)).toEqual([['refused', status]]);
  });

  it('takes an answer that names an extension for none, since it asked for none', async () => {
    const url = await serve((socket, key) => {
      socket.write(
        upgraded(key).replace('\r\n\r\n', '\r\nsec-websocket-extensions: permessage-deflate\r\n\r\n'),
      );
    });
    expect(await dial(url).until(1)).toEqual([['refused', 0]]);
  });

  it('does not wait for ever for an answer', async () => {
    const url = await serve(() => {});
    expect(await dial(url, { ...plain, connectMs: 50 }).until(1)).toEqual([['refused', 0]]);
  });

  it('ends what breaks the framing, and says why', async () => {
    let told: (bytes: Buffer) => void = () => {};
    const last = new Promise<Buffer>((resolve) => {
      told = resolve;
    });
    const url = await serve((socket, key) => {
      socket.on('data', (bytes) => told(bytes));
      socket.write(Buffer.concat([Buffer.from(upgraded(key)), serverFrame('x', opcodes.continuation)]));
    });
    expect(await dial(url).until(2)).toEqual([['opened'], ['closed', 1006]]);
    const frame = await last;
    expect(frame[0]).toBe(0x80 | opcodes.close);
    // Masked by the four bytes before it.
    const [high = 0, low = 0] = [6, 7].map((at) => (frame[at] ?? 0) ^ (frame[at - 4] ?? 0));
    expect(high * 256 + low).toBe(1002);
  });
});
