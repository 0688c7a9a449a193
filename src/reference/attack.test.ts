import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { parseJson } from '../contract/json.ts';
import { loadContract } from '../contract/load.ts';
import { fuzzRuns, mutatedFile } from '../contract/mutated-file.ts';
import { tokenOf } from './emit/emit-on-a-port.ts';
import { apps } from './pusher/apps.ts';
import { md5, requestSignature } from './pusher/signing.ts';
import { type Reference, startReference } from './start.ts';
import { owed, shares } from './well-behaved.ts';

let reference: Reference;
const troubles: string[] = [];
const unhandled = (cause: unknown): void => void troubles.push(`unhandled: ${String(cause)}`);

beforeAll(async () => {
  // What the server says of itself where something that it did not foresee went wrong.
  const log = (line: string): void => {
    if (/ failed: |internal|server: /i.test(line) && !/callback|webhook/.test(line)) troubles.push(line);
  };
  reference = await startReference({ contract: await loadContract(), log });
  process.on('unhandledRejection', unhandled);
});
afterAll(async () => {
  process.off('unhandledRejection', unhandled);
  await reference.close();
});

/** Works on all three surfaces for as long as an attack lasts, and at least once. */
async function whileServed(attack: () => Promise<void>): Promise<void> {
  let over = false;
  // Told apart from what the attack finds, which comes first.
  const serving = (async () => {
    let rounds = 0;
    for (; !over || rounds === 0; rounds += 1) {
      expect(await shares(reference.address)).toEqual(owed);
    }
  })();
  serving.catch(() => {});
  try {
    await attack();
  } finally {
    over = true;
  }
  await serving;
  expect(troubles.splice(0)).toEqual([]);
}

/** Sends some inputs a few at a time. */
async function each<T>(inputs: readonly T[], send: (input: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < inputs.length; at += 8) await Promise.all(inputs.slice(at, at + 8).map(send));
}

const modelbeam = apps[0] as (typeof apps)[number];
const client = modelbeam.clients[0] as (typeof modelbeam.clients)[number];
const beamToken = { authorization: 'Bearer plumbline-document-token-0123456789' };
const doors = [
  { path: () => `/app/${modelbeam.key}?protocol=7`, headers: {} },
  { path: () => '/beam/document/', headers: beamToken },
  { path: () => `/api/v1/realtime/spaces/space-01?token=${tokenOf('space-01', 'read')}`, headers: {} },
];

const messages = [
  '{"event":"pusher:subscribe","data":{"channel":"private-client.42","auth":"k:s","channel_data":"x"}}',
  '{"event":"pusher:unsubscribe","data":{"channel":"private-client.42"}}',
  '{"event":"client-typing","channel":"private-client.42","data":{"a":1}}',
  '{"event":"pusher:signin","data":{"auth":"a:b","user_data":"{}"}}',
  '{"nonce":"attack","op":"stream","n":20}',
  '{"nonce":"attack","op":"transform"}',
];

/** Bytes on an open TCP connection; resolves to what came back once the server has answered or closed. */
function raw(bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(reference.port, '127.0.0.1');
    let came = '';
    // Nothing more comes from here, so the server is to end it as well; one that does not is given up.
    socket.setTimeout(15_000, () => socket.destroy(new Error('never ended')));
    socket.on('data', (data) => {
      came += data.toString('latin1');
    });
    socket.on('error', (cause) => {
      if (cause.message === 'never ended')
        reject(new Error(`never ended: ${JSON.stringify(bytes.toString('latin1'))}`));
    });
    socket.on('close', () => resolve(came));
    socket.end(bytes);
  });
}

describe('the reference server stays up, and fair to the others, under', { timeout: 600_000 }, () => {
  it('frames of any content on every surface', async () => {
    const frame = fc.oneof(
      mutatedFile(messages).map((bytes) => ({ bytes: bytes.subarray(0, 200_000), binary: false })),
      fc.uint8Array({ maxLength: 2000 }).map((bytes) => ({ bytes: Buffer.from(bytes), binary: true })),
    );
    const attempts = fc.sample(
      fc.record({ door: fc.constantFrom(...doors), frames: fc.array(frame, { minLength: 1, maxLength: 8 }) }),
      fuzzRuns * 2,
    );
    await whileServed(() =>
      each(attempts, async ({ door, frames }) => {
        const socket = new WebSocket(reference.address.ws + door.path(), { headers: door.headers });
        const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
        socket.on('error', () => {});
        socket.on('message', (data, binary) => {
          if (!binary) expect(parseJson(String(data))).toBeDefined();
        });
        await Promise.race([new Promise((resolve) => socket.on('open', resolve)), closed]);
        for (const { bytes, binary } of frames)
          if (socket.readyState === socket.OPEN) socket.send(bytes, { binary });
        socket.close();
        await closed;
      }),
    );
  });

  it('bytes that are no frames, and frames that are forbidden', async () => {
    const header = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }));
    const bytes = fc
      .tuple(fc.array(fc.tuple(header, fc.uint8Array({ maxLength: 40 })), { maxLength: 6 }))
      .map(([frames]) =>
        Buffer.concat(frames.flatMap(([head, body]) => [Buffer.from(head), Buffer.from(body)])),
      );
    const attempts = fc.sample(fc.tuple(fc.constantFrom(...doors), bytes), fuzzRuns * 2);
    await whileServed(() =>
      each(attempts, async ([door, garbage]) => {
        const lines = [
          `GET ${door.path()} HTTP/1.1`,
          'Host: x',
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
          ...Object.entries(door.headers).map(([name, value]) => `${name}: ${value}`),
        ];
        const answer = await raw(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), garbage]));
        expect(answer).toMatch(/^HTTP\/1\.1 101 /);
      }),
    );
  });

  it('upgrade requests of any kind, and what is no HTTP at all', async () => {
    const piece = fc.constantFrom(
      ...[
        'GET',
        'POST',
        ' ',
        '/',
        '//',
        '/app/x',
        '/beam/document',
        '/api/v1/realtime/spaces/space-01',
        '?token=%zz',
        '%00',
      ],
      ...[
        '/app/%',
        'http://[',
        '*',
        'HTTP/1.1',
        'HTTP/9.9',
        '\r\n',
        '\r\n',
        '\r\n\r\n',
        '\n',
        '\0',
        ':',
        'Host: x\r\n',
      ],
      ...[
        'Connection: Upgrade\r\n',
        'Upgrade: websocket\r\n',
        'Upgrade: h2c\r\n',
        'Sec-WebSocket-Version: 99\r\n',
      ],
      ...[
        'Sec-WebSocket-Version: 13\r\n',
        'Sec-WebSocket-Key: short\r\n',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
      ],
      ...[
        'Sec-WebSocket-Extensions: permessage-deflate; x=;;"\r\n',
        'Sec-WebSocket-Protocol: ,,\r\n',
        'Content-Length: -1\r\n',
      ],
      ...[
        'Transfer-Encoding: chunked\r\n',
        `X: ${'x'.repeat(20_000)}\r\n`,
        'Authorization: Bearer\r\n',
        'Expect: 100-continue\r\n',
      ],
    );
    const start = 'GET /app/x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
    const text = fc
      .tuple(fc.constantFrom('', start), fc.array(piece, { maxLength: 12 }))
      .map(([head, rest]) => head + rest.join(''));
    const bytes = fc.oneof(
      text.map((one) => Buffer.from(`${one}\r\n\r\n`)),
      fc.uint8Array().map((one) => Buffer.from(one)),
    );
    await whileServed(() =>
      each(fc.sample(bytes, fuzzRuns * 4), async (garbage) => {
        const answer = await raw(garbage);
        // A status line, or nothing at all.
        expect(answer).toMatch(/^(?:HTTP\/1\.1 [1-4]\d\d |$)/);
      }),
    );
  });

  it('requests of any path, query, header and body', async () => {
    const bodies = [
      '{"name":"n","payload":{"a":1},"maxRetries":1,"timeoutSeconds":30,"callbackHeaders":{"a":"b"}}',
      '{"updates":2,"stageMs":1,"previews":true,"previewBytes":10,"fails":false,"hold":true}',
      '{"name":"e","channels":["private-client.42"],"data":"{}","socket_id":"1.2","info":"subscription_count"}',
      '{"batch":[{"name":"e","channel":"c","data":"d"}]}',
      '{"socket_id":"1.2","channel_name":"private-client.42"}',
      '{"op":"advance","job":"nobody","seconds":1}',
      '{"to":"processing","progress":10,"preview":true}',
    ];
    const path = fc.oneof(
      fc.constantFrom(
        '/control',
        '/broadcasting/auth',
        '/api/v1/client/txt2img',
        '/api/v1/client/request-status/x/step',
      ),
      fc.constantFrom(
        '/api/v1/spaces/space-01/jobs',
        '/api/v1/spaces/space-01/jobs/poll',
        '/api/v1/jobs/x/complete',
      ),
      fc.constantFrom(
        '/apps/1001/events',
        '/apps/1001/batch_events',
        '/apps/1001/channels',
        '/apps/1001/channels/x/users',
      ),
      fc.constantFrom(
        '/results/x.jpg',
        '/beam/document',
        '/api/v1/realtime/x',
        '/',
        '/%2e%2e/',
        '/%ff',
        '/a%00b',
        '/app/x',
      ),
      fc.webPath({ size: 'small' }),
    );
    const attempt = fc.record({
      path,
      method: fc.constantFrom('GET', 'POST', 'POST', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'),
      query: fc.oneof(
        fc.constantFrom('', 'limit=x', 'status=__proto__', 'offset=-1', 'info=user_count,,', 'a=%zz'),
        fc.webQueryParameters({ size: 'small' }),
      ),
      token: fc.constantFrom(
        client.api,
        tokenOf('space-01', 'producer'),
        tokenOf('space-01', 'worker'),
        'nobody',
        '',
      ),
      type: fc.constantFrom(
        'application/json',
        'application/x-www-form-urlencoded',
        'text/plain',
        'multipart/form-data',
        '',
      ),
      signed: fc.constantFrom('right', 'right', 'wrong', 'no'),
      body: mutatedFile(bodies),
    });
    await whileServed(() =>
      each(fc.sample(attempt, fuzzRuns * 5), async ({ body, method, path, query, signed, token, type }) => {
        const hasBody = method !== 'GET' && method !== 'HEAD';
        const signature = new URLSearchParams(query);
        if (signed !== 'no') {
          const parts = {
            auth_key: modelbeam.key,
            auth_timestamp: String(Math.floor(Date.now() / 1000)),
            auth_version: '1.0',
            ...(hasBody ? { body_md5: md5(body.toString('utf8')) } : {}),
          };
          for (const [name, value] of Object.entries(parts)) signature.set(name, value);
          const right = requestSignature(modelbeam.secret, method, path, Object.fromEntries(signature));
          signature.set('auth_signature', signed === 'right' ? right : `${right.slice(1)}0`);
        }
        const response = await fetch(`${reference.address.http}${path}?${signature}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            'x-api-key': token,
            ...(type ? { 'content-type': type } : {}),
            connection: 'close',
          },
          ...(hasBody ? { body: new Uint8Array(body) } : {}),
          redirect: 'manual',
        });
        const text = await response.text();
        const told = `${method} ${path} ${JSON.stringify(body.toString('latin1').slice(0, 500))} → ${response.status} ${text.slice(0, 300)}`;
        expect(response.status, told).toBeLessThan(500);
        if (text !== '' && response.headers.get('content-type')?.includes('json'))
          expect(parseJson(text), told).toBeDefined();
      }),
    );
  });

  it('bodies of no declared length, which are read as any other', async () => {
    const { http } = reference.address;
    const post = async (method: string, parts: readonly string[]): Promise<number> => {
      const body = new ReadableStream({
        start(controller) {
          for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
          controller.close();
        },
      });
      const init = { method, body, duplex: 'half' as const, headers: { connection: 'close' } };
      const response = await fetch(`${http}/control`, init);
      await response.text();
      return response.status;
    };
    expect(await post('POST', ['{"op":"advance","job":"nobody",', '"seconds":1}'])).toBe(200);
    expect(await post('POST', [])).toBe(400);
    expect(await post('DELETE', [])).toBe(404);
    expect(await post('POST', Array(3).fill('x'.repeat(500_000)))).toBe(413);
  });
});
