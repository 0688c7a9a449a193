import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { throwAwayCertificate } from '../reference/tls.ts';
import { onAPort } from './on-a-port.ts';
import { type DialOptions, Peer } from './peer.ts';
import { Transcript } from './transcript.ts';

const long = 20_000;
const short = 50;

/** Dials a server of the test, and gives the transcript with the peer. */
async function dial(server: Server, options: Partial<DialOptions> = {}) {
  const { port, close } = await onAPort(server);
  onTestFinished(close);
  return dialTo(`ws://127.0.0.1:${port}/`, options);
}

async function dialTo(url: string, options: Partial<DialOptions> = {}) {
  const transcript = new Transcript();
  const peer = await Peer.dial(transcript, { name: 'me', url, connectMs: long, answerMs: long, ...options });
  onTestFinished(() => peer.cut());
  const seen = <K extends string>(kind: K) => transcript.next((event) => event.kind === kind, { ms: long });
  return { peer, transcript, seen };
}

/** A WebSocket server that does something with each connection. */
function webSocketServer(greet: (socket: WebSocket) => void = () => {}, options: ServerOptions = {}): Server {
  const server = createHttp();
  new WebSocketServer({ server, ...options }).on('connection', greet);
  return server;
}

/** A server that answers every upgrade with a plain response. */
function refusing(answer: RequestListener): Server {
  return createHttp(answer);
}

/** A server that speaks no HTTP unless it is told so byte by byte. */
function tcpServer(onRequest: (socket: Socket) => void): Server {
  return createTcp((socket) => socket.once('data', () => onRequest(socket)));
}

describe('the answer to an upgrade', () => {
  it('is opened, with the headers of the 101', async () => {
    const { peer } = await dial(webSocketServer());
    expect(peer.answer).toMatchObject({ kind: 'opened', headers: { upgrade: 'websocket' } });
    expect(peer.isOpen).toBe(true);
  });

  it('is refused, with status, headers and body', async () => {
    const server = refusing((_, response) => response.writeHead(403, { 'x-why': 'scope' }).end('forbidden'));
    const { peer } = await dial(server);
    expect(peer.answer).toMatchObject({ kind: 'refused', status: 403, body: 'forbidden' });
    expect(peer.answer).toMatchObject({ headers: { 'x-why': 'scope' } });
  });

  it('is refused though the body never ends', async () => {
    const { peer } = await dial(refusing((_, response) => response.writeHead(401).write('wait for it')));
    expect(peer.answer).toMatchObject({ kind: 'refused', status: 401, body: 'wait for it' });
  });

  it('is refused though the body is far too long, of which the beginning is kept', async () => {
    const server = refusing((_, response) => response.writeHead(400).end('x'.repeat(300_000)));
    const { peer } = await dial(server);
    expect(peer.answer).toMatchObject({ kind: 'refused', status: 400, body: 'x'.repeat(4096) });
  });

  it('is a redirect where the server redirects: it is not followed', async () => {
    const server = refusing((_, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    const { peer } = await dial(server);
    expect(peer.answer).toMatchObject({ kind: 'refused', status: 302 });
  });

  it('is silent where the server says nothing until the deadline', async () => {
    const { peer } = await dial(
      tcpServer(() => {}),
      { answerMs: short },
    );
    expect(peer.answer).toMatchObject({ kind: 'unreachable', why: 'silent' });
  });

  it('is silent where the server keeps talking and never comes to an end', async () => {
    const server = tcpServer((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1'.charAt(0)), 5);
      socket.on('close', () => clearInterval(timer));
      socket.write('HTTP/1.1 101 Switching Protocols\r\nx: ');
    });
    const { peer } = await dial(server, { answerMs: short });
    expect(peer.answer).toMatchObject({ kind: 'unreachable', why: 'silent' });
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['an HTTP status that is none', 'HTTP/1.1 abc\r\n\r\n'],
    ['nothing, and the end', ''],
  ])('is garbled where the server answers with %s', async (_, text) => {
    const { peer } = await dial(tcpServer((socket) => socket.end(text)));
    expect(peer.answer).toMatchObject({ kind: 'unreachable', why: 'garbled' });
  });

  it('is garbled where the server resets the connection', async () => {
    const { peer } = await dial(tcpServer((socket) => socket.resetAndDestroy()));
    expect(peer.answer).toMatchObject({ kind: 'unreachable', why: 'garbled' });
  });

  it('is a 101 and an end with an error where the 101 breaks the protocol', async () => {
    const head = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n';
    const server = tcpServer((socket) => socket.write(`${head}sec-websocket-accept: nonsense\r\n\r\n`));
    const { peer, seen } = await dial(server);
    expect(peer.answer).toMatchObject({ kind: 'opened' });
    expect(await seen('closed')).toMatchObject({ by: 'them', error: 'Invalid Sec-WebSocket-Accept header' });
  });

  it('is of the network where nobody listens', async () => {
    const { port, close } = await onAPort(createTcp());
    await close();
    const { peer } = await dialTo(`ws://127.0.0.1:${port}/`);
    expect(peer.answer).toMatchObject({ kind: 'unreachable', why: 'network' });
  });

  it('is of the network where the name resolves to nothing', async () => {
    const { peer } = await dialTo('ws://nowhere.invalid/');
    expect(peer.answer).toMatchObject({ kind: 'unreachable', why: 'network' });
  });

  it.each([
    ['the URL is none', { url: 'not a url' }],
    ['the URL is of another scheme', { url: 'ftp://127.0.0.1/' }],
    ['a header cannot be sent', { headers: { authorization: 'Bearer line\nbreak' } }],
    ['a subprotocol is malformed', { protocols: ['a b'] }],
  ])('is of the network where %s', async (_, options) => {
    const { peer } = await dialTo('ws://127.0.0.1:9/', options);
    expect(peer.answer).toMatchObject({ kind: 'unreachable', why: 'network' });
  });

  it('is never a rejected promise, whatever is dialled', async () => {
    const transcript = new Transcript();
    const { port, close } = await onAPort(createTcp());
    await close();
    const urls = fc.string().map((text) => `ws://127.0.0.1:${port}/${text}`);
    const headers = fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), urls), headers, async (url, sent) => {
        const options = { name: 'me', url, headers: sent, connectMs: long, answerMs: long };
        const { answer } = await Peer.dial(transcript, options);
        expect(answer?.kind).toBe('unreachable');
      }),
    );
  });
});

describe('TLS', async () => {
  const { key, cert } = await throwAwayCertificate('127.0.0.1');
  const secure = async (server: Server, options: Partial<DialOptions> = {}) => {
    const { port, close } = await onAPort(server);
    onTestFinished(close);
    return dialTo(`wss://127.0.0.1:${port}/`, options);
  };
  const webSocketsOverTls = (): Server => {
    const server = createHttps({ key, cert });
    new WebSocketServer({ server });
    return server;
  };

  it('is of the network where the certificate is not trusted', async () => {
    const { peer } = await secure(webSocketsOverTls());
    expect(peer.answer).toMatchObject({ why: 'network', error: expect.stringContaining('certificate') });
  });

  it.each([
    ['the authority is given', { ca: cert }],
    ['the target file says so', { insecure: true }],
  ])('is trusted where %s', async (_, tls) => {
    const { peer } = await secure(webSocketsOverTls(), { tls });
    expect(peer.answer).toMatchObject({ kind: 'opened' });
  });

  it.each([
    ['speaks no TLS', () => tcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))],
    ['resets the connection', () => tcpServer((socket) => socket.resetAndDestroy())],
  ])('is of the network where the server %s', async (_, server) => {
    const { peer } = await secure(server());
    expect(peer.answer).toMatchObject({ kind: 'unreachable', why: 'network' });
  });

  it('is of the network where the server never says hello', async () => {
    const { peer } = await secure(
      tcpServer(() => {}),
      { connectMs: short },
    );
    expect(peer.answer).toMatchObject({ why: 'network', error: `not connected within ${short} ms` });
  });
});

describe('frames', () => {
  it('are recorded with the message that they parse to', async () => {
    const { seen } = await dial(webSocketServer((socket) => socket.send('{"type":"init"}')));
    expect(await seen('frame')).toMatchObject({
      text: '{"type":"init"}',
      message: { type: 'init' },
      binary: false,
      bytes: 15,
    });
  });

  it('that are no JSON have no message', async () => {
    const { seen } = await dial(webSocketServer((socket) => socket.send('{"type":')));
    expect(await seen('frame')).not.toHaveProperty('message');
  });

  it('that are binary are recorded in base64, and parsed as nothing', async () => {
    const { seen } = await dial(
      webSocketServer((socket) => socket.send(Buffer.from('{}'), { binary: true })),
    );
    const frame = await seen('frame');
    expect(frame).toMatchObject({ text: 'e30=', binary: true, bytes: 2 });
    expect(frame).not.toHaveProperty('message');
  });

  it('that come in one packet with the 101 come after it', async () => {
    const { transcript, seen } = await dial(webSocketServer((socket) => socket.send('"at once"')));
    await seen('frame');
    expect(transcript.events.map(({ kind }) => kind)).toEqual(['dial', 'opened', 'frame']);
  });

  it('that are no UTF-8 end the connection, which says why', async () => {
    const server = webSocketServer((socket) => socket.send(Buffer.from([0xff, 0xfe]), { binary: false }));
    const { seen } = await dial(server);
    expect(await seen('closed')).toMatchObject({ error: expect.stringContaining('UTF-8') });
  });

  it('of more than 16 MiB are not taken in, and end the connection', async () => {
    const header = Buffer.alloc(10);
    header[0] = 0x81;
    header[1] = 127;
    header.writeBigUInt64BE(16n * 1024n * 1024n + 1n, 2);
    const { seen } = await dial(
      webSocketServer((socket) => (socket as unknown as { _socket: Socket })._socket.write(header)),
    );
    expect(await seen('closed')).toMatchObject({ error: 'Max payload size exceeded' });
  });
});

describe('compression', () => {
  const compressing = (greet: (socket: WebSocket) => void) =>
    webSocketServer(greet, { perMessageDeflate: { threshold: 0 } });

  it('is not offered unless asked for', async () => {
    const { peer } = await dial(compressing(() => {}));
    expect(peer.answer).not.toHaveProperty(['headers', 'sec-websocket-extensions']);
  });

  it('once offered and taken, changes nothing of a message', async () => {
    const text = JSON.stringify({ text: 'again and '.repeat(500) });
    const { peer, seen } = await dial(
      compressing((socket) => socket.send(text)),
      { compress: true },
    );
    expect(peer.answer).toMatchObject({
      headers: { 'sec-websocket-extensions': expect.stringContaining('permessage-deflate') },
    });
    expect(await seen('frame')).toMatchObject({ text, bytes: text.length });
  });

  it('that we did not offer ends the connection with an error', async () => {
    const server = createHttp();
    new WebSocketServer({ server }).on('headers', (headers) =>
      headers.push('Sec-WebSocket-Extensions: permessage-deflate'),
    );
    const { seen } = await dial(server);
    expect(await seen('closed')).toMatchObject({ by: 'them', error: expect.stringContaining('extension') });
  });
});

describe('the end of a connection', () => {
  it('has the code and the reason that the server gave', async () => {
    let end: { readonly code: number; readonly reason: string } = { code: 1000, reason: '' };
    const { port, close } = await onAPort(webSocketServer((socket) => socket.close(end.code, end.reason)));
    onTestFinished(close);
    const codes = fc.oneof(
      fc.constantFrom(1000, 1001, 1003, 1007, 1008, 1011),
      fc.integer({ min: 3000, max: 4999 }),
    );
    const reasons = fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .filter((text) => Buffer.byteLength(text) < 124);
    await fc.assert(
      fc.asyncProperty(codes, reasons, async (code, reason) => {
        end = { code, reason };
        const { peer, seen } = await dialTo(`ws://127.0.0.1:${port}/`);
        expect(await seen('closed')).toMatchObject({ by: 'them', code, reason });
        expect(peer.isOpen).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('is 1005 where the server gave no code', async () => {
    const { seen } = await dial(webSocketServer((socket) => socket.close()));
    expect(await seen('closed')).toMatchObject({ by: 'them', code: 1005 });
  });

  it('is 1006 where the server hangs up without a word', async () => {
    const { seen } = await dial(webSocketServer((socket) => socket.terminate()));
    expect(await seen('closed')).toMatchObject({ by: 'them', code: 1006 });
  });

  it('is ours where we close', async () => {
    const { peer } = await dial(webSocketServer());
    await peer.close(1000);
    expect(peer.closed).toMatchObject({ by: 'us', code: 1000 });
  });

  it('comes though the server never answers our close', async () => {
    const { peer, seen } = await dial(webSocketServer((socket) => socket.pause()));
    await peer.close(1000, short);
    expect(await seen('closed')).toMatchObject({ by: 'us' });
  });

  it('comes once, though we close and cut many times', async () => {
    const { peer, transcript } = await dial(webSocketServer());
    await Promise.all([peer.close(), peer.close(), peer.close()]);
    peer.cut();
    expect(transcript.events.filter(({ kind }) => kind === 'closed')).toHaveLength(1);
  });

  it('means that nothing more is sent', async () => {
    const { peer, transcript } = await dial(webSocketServer());
    await peer.close();
    const before = transcript.length;
    expect([peer.send('{}'), peer.ping()]).toEqual([false, false]);
    expect(transcript.length).toBe(before);
  });
});

describe('pings', () => {
  it('of ours are recorded with the pong that answers them', async () => {
    const { peer, transcript, seen } = await dial(webSocketServer());
    peer.ping();
    expect(await seen('pong')).toMatchObject({ by: 'them' });
    expect(transcript.events.find(({ kind }) => kind === 'ping')).toMatchObject({ by: 'us' });
  });

  it('of the server are recorded as its own', async () => {
    const { seen } = await dial(webSocketServer((socket) => socket.ping()));
    expect(await seen('ping')).toMatchObject({ by: 'them' });
  });
});

it('sends text as text and bytes as binary', async () => {
  const { peer, transcript } = await dial(
    webSocketServer((socket) => socket.on('message', (data, binary) => socket.send(data, { binary }))),
  );
  peer.send('text');
  peer.send(new Uint8Array([0, 255]));
  await transcript.next((event) => event.kind === 'frame' && event.binary, { ms: long });
  const frames = transcript.events.filter((event) => event.kind === 'frame');
  expect(frames).toMatchObject([
    { text: 'text', binary: false },
    { text: 'AP8=', binary: true },
  ]);
});
