import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../contract/json.ts';
import {
  clientOf,
  dryapi,
  modelbeam,
  type Peer,
  type PusherOnAPort,
  pusherOnAPort,
  updatesOf,
} from './pusher-on-a-port.ts';
import { sign } from './signing.ts';

let server: PusherOnAPort;
beforeAll(async () => {
  server = await pusherOnAPort();
});
afterAll(() => server.close());

async function ended(peer: Peer, job: string): Promise<readonly JsonObject[]> {
  while (!updatesOf(peer, job).some(({ status }) => status === 'done'))
    await peer.next('request.status.updated', peer.frames.length);
  return updatesOf(peer, job);
}

async function watch(app = dryapi, to = server): Promise<Peer> {
  const peer = await to.open(app);
  await peer.join(app, 'private-client.42');
  return peer;
}

test('dryapi: processing, in_progress with previews, done with a result', async () => {
  const peer = await watch();
  const updates = await ended(peer, await server.submit(dryapi, { updates: 2 }));
  expect(updates.map(({ status }) => status)).toEqual(['processing', 'in_progress', 'in_progress', 'done']);
  expect(updates.map(({ progress }) => progress)).toEqual(['0.00', '33.33', '66.67', '100.00']);
  expect(updates.map(({ result_url }) => result_url !== null)).toEqual([false, false, false, true]);
  expect(updates[1]?.preview).toMatch(/^data:image\/jpeg;base64,\/9j\/4AAQSkZJRg/);
});

test('modelbeam: numbers and bare base64', async () => {
  const peer = await watch(modelbeam);
  const updates = await ended(peer, await server.submit(modelbeam, { updates: 1 }));
  expect(updates.map(({ progress }) => progress)).toEqual([0, 50, 100]);
  expect(Buffer.from(String(updates[1]?.preview), 'base64').subarray(0, 3).toString('hex')).toBe('ffd8ff');
});

test('D21: a job that is no image has no previews', async () => {
  const peer = await watch();
  const updates = await ended(peer, await server.submit(dryapi, { updates: 2 }, 'txt2audio'));
  expect(updates.every(({ preview }) => preview === null)).toBe(true);
});

test('M15: a failing job says nothing of its failure', async () => {
  const peer = await watch(modelbeam);
  const job = await server.submit(modelbeam, { fails: true });
  await ended(peer, await server.submit(modelbeam, { updates: 8 }));
  expect(updatesOf(peer, job).map(({ status }) => status)).toEqual(['processing', 'in_progress']);
  const { body } = await server.call(
    'GET',
    `/api/v1/client/request-status/${job}`,
    undefined,
    clientOf(modelbeam).api,
  );
  expect(body.data).toMatchObject({ status: 'error' });
});

test('M28: nobody else sees a job', async () => {
  const peer = await server.open(dryapi);
  await peer.join(dryapi, 'private-client.43');
  const witness = await watch();
  await ended(witness, await server.submit(dryapi));
  await peer.fence();
  expect(peer.frames.some(({ event }) => event === 'request.status.updated')).toBe(false);
});

test('M21i, D23, D24: a result can be fetched, expires, and is signed anew on request', async () => {
  const peer = await watch();
  const job = await server.submit(dryapi);
  const url = String((await ended(peer, job)).at(-1)?.result_url);
  expect((await fetch(url)).headers.get('content-type')).toBe('image/jpeg');
  expect((await fetch(`${url}0`)).status).toBe(403);
  await server.call('POST', '/control', { op: 'advance', job, seconds: 3601 });
  expect((await fetch(url)).status).toBe(403);
  const { body } = await server.call(
    'GET',
    `/api/v1/client/request-status/${job}`,
    undefined,
    clientOf(dryapi).api,
  );
  expect((await fetch(String((body.data as JsonObject).result_url))).status).toBe(200);
});

describe('a held job', () => {
  const step = (job: string, body: JsonObject) =>
    server.call('POST', `/api/v1/client/request-status/${job}/step`, body, clientOf(dryapi).api);

  test('moves step by step, and only as its automaton allows', async () => {
    const peer = await watch();
    const job = await server.submit(dryapi, { hold: true });
    expect((await step(job, { to: 'done' })).status).toBe(409);
    for (const body of [{ to: 'processing' }, { to: 'in_progress', progress: 45.5 }, { to: 'done' }]) {
      expect((await step(job, body)).status).toBe(200);
    }
    expect((await step(job, { to: 'processing' })).status).toBe(409);
    expect((await ended(peer, job)).map(({ progress }) => progress)).toEqual(['0.00', '45.50', '100.00']);
  });

  test.each([[{}], [{ to: 'nowhere' }], [{ to: 'done', progress: 101 }]])('refuses %j', async (body) => {
    expect((await step(await server.submit(dryapi, { hold: true }), body)).status).toBe(422);
  });
});

test('a job is its submitter\u2019s alone', async () => {
  const job = await server.submit(dryapi, { hold: true });
  const status = (token?: string) =>
    server.call('GET', `/api/v1/client/request-status/${job}`, undefined, token);
  expect((await status()).status).toBe(401);
  expect((await status(clientOf(dryapi, '43').api)).status).toBe(404);
  expect((await status(clientOf(modelbeam).api)).status).toBe(404);
});

test.each([
  ['updates', -1],
  ['updates', 1e9],
  ['stageMs', 'x'],
  ['fails', 1],
  ['hold', null],
  ['webhook_url', 'ftp://x'],
])('a submission with %s %j is refused', async (name, value) => {
  const { status } = await server.call(
    'POST',
    '/api/v1/client/txt2img',
    { [name]: value },
    clientOf(dryapi).api,
  );
  expect(status).toBe(422);
});

test('PW1i, PW2i, D11: webhooks are signed, and sent again until they are taken', async () => {
  const got: { event: unknown; signed: boolean; status: unknown }[] = [];
  let tries = 0;
  const sink = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      tries += 1;
      response.writeHead(tries === 1 ? 500 : 200).end();
      if (tries === 1) return;
      const { headers } = request;
      const body = JSON.parse(text) as JsonObject;
      got.push({
        event: body.event,
        status: (body.data as JsonObject).status,
        signed:
          headers['x-dryapi-signature'] ===
          `sha256=${sign(dryapi.secret, `${headers['x-dryapi-timestamp']}.${text}`)}`,
      });
      sink.emit('taken');
    });
  });
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  await server.submit(dryapi, {
    fails: true,
    webhook_url: `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`,
  });
  while (got.length < 2) await new Promise((resolve) => sink.once('taken', resolve));
  expect(got.every(({ signed }) => signed)).toBe(true);
  expect(got.map(({ event, status }) => `${event} ${status}`).sort()).toEqual([
    'job.failed error',
    'job.processing processing',
  ]);
  sink.close();
});

describe('other readings', () => {
  test.each([
    [
      { A4: 'sent' },
      modelbeam,
      {},
      ['pending', 'processing', 'in_progress', 'in_progress', 'in_progress', 'done'],
    ],
    [{ A5: 'processing-skipped' }, modelbeam, {}, ['in_progress', 'in_progress', 'in_progress', 'done']],
    [{ A5: 'in_progress-skipped' }, modelbeam, {}, ['processing', 'done']],
    [{ A5: 'in_progress-skipped' }, modelbeam, { updates: 1 }, ['processing', 'in_progress', 'done']],
    [{ A6: 'done-follows' }, dryapi, { fails: true }, ['processing', 'in_progress', 'done']],
    [{ A4: 'sent', A5: 'processing-skipped' }, dryapi, { updates: 0 }, ['processing', 'done']],
  ])('%j', async (readings, app, body, statuses) => {
    const other = await pusherOnAPort({ readings });
    const peer = await watch(app, other);
    expect((await ended(peer, await other.submit(app, body))).map(({ status }) => status)).toEqual(statuses);
    await other.close();
  });

  test('A3: a result URL from the start', async () => {
    const other = await pusherOnAPort({ readings: { A3: 'url' } });
    const peer = await watch(modelbeam, other);
    const updates = await ended(peer, await other.submit(modelbeam));
    expect(new Set(updates.map(({ result_url }) => result_url)).size).toBe(1);
    await other.close();
  });
});
