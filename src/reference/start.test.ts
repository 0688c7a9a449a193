import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { isObject, type Json } from '../contract/json.ts';
import { packageRoot } from '../contract/spec-files.ts';
import { emitContract, home, tokenOf } from './emit/emit-on-a-port.ts';
import { largestMessage } from './handshake.ts';
import { type Reference, type ReferenceOptions, startReference } from './start.ts';

const start = (options: Omit<ReferenceOptions, 'contract'> = {}): Promise<Reference> =>
  startReference({ contract: emitContract, surfaces: ['emit'], ...options });

let reference: Reference;
beforeAll(async () => {
  reference = await start();
});
afterAll(() => reference.close());

describe('starting', () => {
  it.each([
    [{ readings: { 'A21.chekpoint': 'null' } }, /no such open point; did you mean A21.checkpoint/],
    [{ readings: { A22: 'half' } }, /the readings are full, minimal/],
    [{ faults: ['emit/progress-coalessed'] }, /no such fault; did you mean emit\/progress-coalesced/],
    [{ dialects: { emit: 'emit@9' } }, /the dialects of emit are emit@1/],
    [{ flow: { name: 'hapy-path', loop: false } }, /no such flow; did you mean happy-path/],
  ])('refuses %j with what there is instead', async (options, message) => {
    await expect(start(options)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(message),
    });
  });

  it('says that a port is taken', async () => {
    await expect(start({ port: reference.port })).rejects.toThrow(/is taken/);
  });

  it('offers the entries of a target file and lines to copy', () => {
    const [emit] = reference.targets();
    expect(emit).toMatchObject({
      name: 'emit',
      surface: 'emit',
      dialect: 'emit@1',
      urls: { ws: reference.address.ws, http: reference.address.http },
      control: `${reference.address.http}/control`,
    });
    const spaces = emit?.spaces as { tenant: string }[];
    expect(spaces.map(({ tenant }) => tenant).filter((tenant) => tenant === 'own')).toHaveLength(16);
    expect(reference.offers().join()).toContain(reference.address.ws);
  });

  it('has the same credentials every time', async () => {
    const again = await start();
    const tokens = (each: Reference): Json => each.targets()[0]?.spaces ?? null;
    expect(tokens(again)).toEqual(tokens(reference));
    await again.close();
  });

  it('speaks TLS with a certificate of its own', async () => {
    const secure = await start({ tls: true });
    const [entry] = secure.targets();
    const ca = isObject(entry?.tls) ? String(entry.tls.ca) : '';
    const socket = new WebSocket(
      `${secure.address.ws}/api/v1/realtime/spaces/${home}?token=${tokenOf(home, 'read')}`,
      { ca },
    );
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    await secure.close();
  });

  it('plays a flow by itself for whoever watches', async () => {
    const playing = await start({ flow: { name: 'happy-path', loop: true } });
    const url =
      playing
        .offers()[0]
        ?.split(' ')
        .find((word) => word.startsWith('ws://')) ?? '';
    const socket = new WebSocket(url);
    const first = await new Promise((resolve) =>
      socket.once('message', (data) => resolve(JSON.parse(String(data)))),
    );
    expect(first).toMatchObject({ jobName: 'happy-path' });
    await playing.close();
  });
});

describe('closing', () => {
  it('tells every stream, ends within half a second and frees the port', async () => {
    const closing = await start();
    const open = new WebSocket(
      `${closing.address.ws}/api/v1/realtime/spaces/${home}?token=${tokenOf(home, 'read')}`,
    );
    const code = new Promise((resolve) => open.once('close', resolve));
    await new Promise((resolve) => open.once('open', resolve));
    const deaf = connect(closing.port, '127.0.0.1').on('error', () => {});
    await new Promise((resolve) => deaf.once('connect', resolve));
    const began = performance.now();
    await closing.close();
    expect(performance.now() - began).toBeLessThan(500);
    expect(await code).toBe(1001);
    const next = await start({ port: closing.port });
    await next.close();
  });
});

describe('control', () => {
  const control = async (command: string): Promise<{ status: number; body: Json }> => {
    const response = await fetch(`${reference.address.http}/control`, { method: 'POST', body: command });
    return { status: response.status, body: (await response.json()) as Json };
  };

  it('lists what it can do', async () => {
    const response = await fetch(`${reference.address.http}/control`);
    expect(JSON.stringify(await response.json())).toContain('"advance"');
  });

  it.each([
    ['{"op":"advance","job":"x","seconds":1}', 200],
    ['{"op":"advance","connection":"x","seconds":1}', 200],
    [`{"op":"revoke","token":"${tokenOf('space-16', 'read')}"}`, 200],
    [`{"op":"restore","token":"${tokenOf('space-16', 'read')}"}`, 200],
    ['{"op":"revoke","token":"nobody"}', 404],
    ['{"op":"advance","seconds":1}', 400],
    ['{"op":"advance","job":"x","connection":"y","seconds":1}', 400],
    ['{"op":"advance","job":"x","seconds":-1}', 400],
    ['{"op":"explode"}', 400],
    ['[]', 400],
    ['{', 400],
    ['', 400],
  ])('answers %s with %i, as its schema says', async (command, status) => {
    const schema = JSON.parse(
      await readFile(join(packageRoot(), 'specs/formats/control.schema.json'), 'utf8'),
    );
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
    const isCommand = ajv.compile(schema);
    const isAnswer = ajv.compile({ $ref: `${schema.$id ?? ''}#/$defs/answer`, $defs: schema.$defs });
    const answer = await control(command);
    expect(answer.status).toBe(status);
    expect(isAnswer(answer.body)).toBe(true);
    let parsed: unknown;
    try {
      parsed = JSON.parse(command);
    } catch {}
    expect(isCommand(parsed)).toBe(status !== 400);
  });
});

/** Sends bytes as they are; what comes back until the server has closed. */
function raw(bytes: string): Promise<string> {
  const socket = connect(reference.port, '127.0.0.1', () => socket.write(bytes));
  let text = '';
  socket.on('data', (data) => {
    text += String(data);
  });
  return new Promise((resolve) => socket.on('close', () => resolve(text)).on('error', () => {}));
}

describe('hostile requests', () => {
  const upgrade = (path: string, headers: string) =>
    raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n${headers}\r\n\r\n`);
  const stream = `/api/v1/realtime/spaces/${home}?token=${tokenOf(home, 'read')}`;

  it.each([
    ['no HTTP', () => raw('\x16\x03\x01\r\n\r\n'), '400'],
    ['an upgrade to something else', () => upgrade(stream, 'Upgrade: h2c'), '400'],
    [
      'an upgrade without a key',
      () => upgrade(stream, 'Upgrade: websocket\r\nSec-WebSocket-Version: 13'),
      '400',
    ],
    ['an upgrade of no stream', () => upgrade('/nowhere', 'Upgrade: websocket'), '404'],
    ['an upgrade of no path', () => upgrade('*', 'Upgrade: websocket'), '404'],
    ['an upgrade of a strange path', () => upgrade('//[', 'Upgrade: websocket'), '404'],
  ])('are answered: %s', async (_, ask, status) => {
    expect(await ask()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it('end the connection and nothing else: frames over 1 MiB, garbage after the upgrade', async () => {
    const socket = new WebSocket(`${reference.address.ws}${stream}`);
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send('x'.repeat(1024 * 1024 + 1));
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(1009);
    const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
    await upgrade(stream, `Upgrade: websocket\r\n${key}\r\n\r\n\xff\xff\xff`);
    expect((await fetch(`${reference.address.http}/control`)).status).toBe(200);
  });

  it('may be broken off in the middle of a refusal', async () => {
    const socket = connect(reference.port, '127.0.0.1', () => {
      socket.write('GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.resetAndDestroy();
    });
    await new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
    expect((await fetch(`${reference.address.http}/control`)).status).toBe(200);
  });
});

describe('a body', () => {
  /** A POST whose length is told, or that comes in chunks. */
  async function created(body: string, inChunks: boolean): Promise<number> {
    const response = await fetch(`${reference.address.http}/api/v1/spaces/${home}/jobs`, {
      method: 'POST',
      headers: { 'x-api-key': tokenOf(home, 'producer'), 'content-type': 'application/json' },
      body: inChunks ? new Blob([body]).stream() : body,
      duplex: 'half',
    } as RequestInit);
    await response.body?.cancel();
    return response.status;
  }

  it.each([false, true])('is taken, and refused where it is too large; in chunks: %s', async (inChunks) => {
    const small = await created(JSON.stringify({ name: 'small' }), inChunks);
    const large = await created(JSON.stringify({ name: 'x'.repeat(largestMessage) }), inChunks);
    expect({ small, large }).toEqual({ small: 201, large: 413 });
  });
});
