import { afterEach, describe, expect, test } from 'vitest';
import {
  clientOf,
  dataOf,
  dryapi,
  modelbeam,
  type Options,
  type PusherOnAPort,
  pusherOnAPort,
  pusherRules,
  subscribeAuth,
} from './pusher-on-a-port.ts';

let server: PusherOnAPort | undefined;
afterEach(() => server?.close());

async function reading(readings: NonNullable<Options['readings']>): Promise<PusherOnAPort> {
  server = await pusherOnAPort({ readings });
  return server;
}

const closeCode = async (to: PusherOnAPort, protocol: string): Promise<number> =>
  (await to.connect(`/app/${modelbeam.key}?protocol=${protocol}`)).closed;

const everyReading = pusherRules.openPoints.flatMap(({ id, readings }) =>
  readings.map((value) => [id, value] as const),
);

test.each(everyReading)('%s=%s: a client still connects, subscribes and sees a job', async (id, value) => {
  const to = await reading({ [id]: value });
  for (const app of [modelbeam, dryapi]) {
    const peer = await to.open(app);
    await peer.join(app, 'private-client.42');
    await to.submit(app);
    await peer.next('request.status.updated');
  }
});

describe('the door', () => {
  test.each(['4006', '4007', '4008'])('P.protocol-text=%s', async (code) => {
    expect(await closeCode(await reading({ 'P.protocol-text': code }), 'abc')).toBe(Number(code));
  });

  test('P.protocol-text=served, P.protocol-4=served', async () => {
    const to = await reading({ 'P.protocol-text': 'served', 'P.protocol-4': 'served' });
    for (const protocol of ['abc', '4']) {
      const peer = await to.connect(`/app/${modelbeam.key}?protocol=${protocol}`);
      await peer.next('pusher:connection_established');
    }
  });
});

describe('a silent connection', () => {
  const advance = (to: PusherOnAPort, seconds: number): Promise<unknown> =>
    to.call('POST', '/control', { op: 'advance', connection: 'silent', seconds });

  test('A11.announced=120: is asked after as many seconds', async () => {
    const to = await reading({ 'A11.announced': '120' });
    const peer = await to.open(modelbeam, 'silent');
    expect(dataOf(peer.frames[0] ?? {}).activity_timeout).toBe(120);
    await advance(to, 110);
    await peer.fence();
    expect(peer.frames).toHaveLength(1);
  });

  test('A11.silent=stays-open', async () => {
    const to = await reading({ 'A11.silent': 'stays-open' });
    const peer = await to.open(modelbeam, 'silent');
    await advance(to, 3600);
    await peer.fence();
    expect(peer.frames).toHaveLength(1);
  });

  test('A11.ping=control-frame', async () => {
    const to = await reading({ 'A11.ping': 'control-frame' });
    const peer = await to.open(modelbeam, 'silent');
    const asked = new Promise((resolve) => peer.socket.once('ping', resolve));
    await advance(to, 31);
    await asked;
  });
});

test('P.upper-case=admitted', async () => {
  const to = await reading({ 'P.upper-case': 'admitted' });
  const peer = await to.open(modelbeam);
  const auth = subscribeAuth('{key}:{upper-signature}', peer.socketId(), '1.1');
  peer.say('pusher:subscribe', { channel: 'private-client.42', auth });
  await peer.next('pusher_internal:subscription_succeeded');
});

test('P.second-subscribe=success', async () => {
  const to = await reading({ 'P.second-subscribe': 'success' });
  const peer = await to.open(modelbeam);
  await peer.join(modelbeam, 'private-client.42');
  await peer.join(modelbeam, 'private-client.42');
});

test('P.auth-get=signed', async () => {
  const to = await reading({ 'P.auth-get': 'signed' });
  const query = new URLSearchParams({ socket_id: '1.2', channel_name: 'private-client.42' });
  const { status, body } = await to.call(
    'GET',
    `/broadcasting/auth?${query}`,
    undefined,
    clientOf(dryapi).api,
  );
  expect(status).toBe(200);
  expect(body.auth).toBeTypeOf('string');
});

test('P.trigger-object=stringified', async () => {
  const to = await reading({ 'P.trigger-object': 'stringified' });
  const peer = await to.open(modelbeam);
  await peer.join(modelbeam, 'relay');
  await to.trigger(modelbeam, { name: 'e', channel: 'relay', data: { a: 1 } });
  expect((await peer.next('e')).data).toBe('{"a":1}');
});

test.each(['403', '404', '422', '401', '400'])('A9.shape=%s, A9.malformed=%s', async (status) => {
  const to = await reading({ 'A9.shape': status, 'A9.malformed': status });
  for (const channel of ['client.42', 'private-client.42:x']) {
    const body = { socket_id: '1.2', channel_name: channel };
    expect((await to.call('POST', '/broadcasting/auth', body, clientOf(dryapi).api)).status).toBe(
      Number(status),
    );
  }
});
