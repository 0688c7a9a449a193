import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type Server } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { throwAwayCertificate } from '../reference/tls.ts';
import type { Exchange } from './event.ts';
import { HttpClient, type HttpRequest } from './http.ts';
import { onAPort } from './on-a-port.ts';
import type { TlsOptions } from './tls-options.ts';
import { Transcript } from './transcript.ts';

const long = 20_000;
const short = 50;

interface Asked extends Partial<HttpRequest> {
  readonly tls?: TlsOptions;
}

/** Makes one request to a server of the test. */
async function ask(server: Server, { tls, ...request }: Asked = {}): Promise<Exchange> {
  const { port, close } = await onAPort(server);
  onTestFinished(close);
  const scheme = tls ? 'https' : 'http';
  return askAt(`${scheme}://127.0.0.1:${port}/`, { ...(tls ? { tls } : {}), ...request });
}

async function askAt(url: string, { tls, ...request }: Asked = {}): Promise<Exchange> {
  const client = new HttpClient(tls, long);
  onTestFinished(() => client.close());
  return client.exchange(new Transcript(), { name: 'rest', method: 'GET', url, ms: long, ...request });
}

const answering = (answer: RequestListener): Server => createHttp(answer);

describe('an exchange', () => {
  it('is recorded whole: what was asked and what was answered', async () => {
    const server = answering((request, response) =>
      request.on('data', (body) => response.writeHead(201, { 'x-id': '7' }).end(`{"got":${body}}`)),
    );
    const exchange = await ask(server, { method: 'POST', headers: { 'x-api-key': 'key' }, body: '{"a":1}' });
    expect(exchange).toMatchObject({
      kind: 'exchange',
      peer: 'rest',
      method: 'POST',
      requestHeaders: { 'x-api-key': 'key' },
      requestBody: '{"a":1}',
      status: 201,
      headers: { 'x-id': '7' },
      body: '{"got":{"a":1}}',
      json: { got: { a: 1 } },
    });
  });

  it('has no json where the body is none', async () => {
    const exchange = await ask(answering((_, response) => response.end('<html>')));
    expect(exchange).toMatchObject({ status: 200, body: '<html>' });
    expect(exchange).not.toHaveProperty('json');
  });

  it('follows no redirect', async () => {
    const server = answering((_, response) => response.writeHead(307, { location: '/elsewhere' }).end());
    expect(await ask(server)).toMatchObject({ status: 307, headers: { location: '/elsewhere' } });
  });

  it('keeps the status of an answer whose body is too long, and the beginning of it', async () => {
    const exchange = await ask(
      answering((_, response) => response.writeHead(403).end('x'.repeat(2_000_000))),
    );
    expect(exchange).toMatchObject({ status: 403, error: 'the body is longer than 1048576 bytes' });
    expect(exchange.body).toHaveLength(64 * 1024);
  });

  it('of which only the head is wanted does not wait for a body that never ends', async () => {
    const server = answering((_, response) => response.writeHead(200, { 'x-id': '7' }).write('data: 1\n\n'));
    expect(await ask(server, { headOnly: true })).toMatchObject({ status: 200, headers: { 'x-id': '7' } });
  });
});

describe('no answer has the status 0, and says why:', () => {
  it('a silent server', async () => {
    const exchange = await ask(
      answering(() => {}),
      { ms: short },
    );
    expect(exchange).toMatchObject({ status: 0, error: `no answer within ${short} ms` });
  });

  it('a body that never ends', async () => {
    const exchange = await ask(
      answering((_, response) => response.write('{')),
      { ms: short },
    );
    expect(exchange).toMatchObject({ status: 0, error: `no answer within ${short} ms` });
  });

  it('a reset', async () => {
    const server = createTcp((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(await ask(server)).toMatchObject({ status: 0, error: expect.stringContaining('ECONNRESET') });
  });

  it('an answer that is no HTTP', async () => {
    const server = createTcp((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n')));
    expect(await ask(server)).toMatchObject({ status: 0, garbled: true, error: expect.any(String) });
  });

  it('a connection that breaks is replaced once, where asking twice changes nothing', async () => {
    let count = 0;
    const server = (): Server => {
      count = 0;
      return createHttp((request, response) => {
        count += 1;
        if (count === 1) request.socket.resetAndDestroy();
        else response.end('{}');
      });
    };
    expect(await ask(server())).toMatchObject({ status: 200 });
    expect(count).toBe(2);
    expect(await ask(server(), { method: 'POST', isSafe: true })).toMatchObject({ status: 200 });
    const unsafe = await ask(server(), { method: 'POST' });
    expect(unsafe).toMatchObject({ status: 0 });
    expect(unsafe.garbled).toBeUndefined();
    expect(count).toBe(1);
  });

  it('connections that break each time are no answer, nor is one that breaks within its body', async () => {
    const breaking = createHttp((request) => request.socket.resetAndDestroy());
    expect(await ask(breaking)).toMatchObject({ status: 0, garbled: true });
    const within = answering((_, response) =>
      response.writeHead(200, { 'content-length': '9' }).write('{', () => response.socket?.resetAndDestroy()),
    );
    expect(await ask(within, { method: 'POST' })).toMatchObject({ status: 0, garbled: true });
  });

  it('nobody who listens', async () => {
    const { port, close } = await onAPort(createTcp());
    await close();
    const exchange = await askAt(`http://127.0.0.1:${port}/`);
    expect(exchange).toMatchObject({ status: 0, error: expect.stringContaining('ECONNREFUSED') });
  });

  it.each([
    ['a URL that is none', { url: 'not a url' }],
    ['a header that cannot be sent', { headers: { 'x-api-key': 'line\nbreak' } }],
  ])('%s', async (_, request) => {
    expect(await askAt('http://127.0.0.1:9/', request)).toMatchObject({
      status: 0,
      error: expect.any(String),
    });
  });

  it('anything, for a request never rejects', async () => {
    const { port, close } = await onAPort(createTcp());
    await close();
    const headers = fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), headers, async (path, method, sent) => {
        const url = `http://127.0.0.1:${port}/${path}`;
        expect(await askAt(url, { method, headers: sent })).toMatchObject({ status: 0 });
      }),
    );
  });
});

describe('TLS', async () => {
  const { key, cert } = await throwAwayCertificate('127.0.0.1');
  const secure = (): Server => createHttps({ key, cert }, (_, response) => response.end('{}'));

  it('is refused where the certificate is not trusted', async () => {
    const exchange = await ask(secure(), { tls: {} });
    expect(exchange).toMatchObject({ status: 0, error: expect.stringContaining('certificate') });
  });

  it.each([
    ['the authority is given', { ca: cert }],
    ['the target file says so', { insecure: true }],
  ])('is trusted where %s', async (_, tls) => {
    expect(await ask(secure(), { tls })).toMatchObject({ status: 200 });
  });
});
