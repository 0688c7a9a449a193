import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { emitOnAPort, home } from './emit-on-a-port.ts';

it('posts the end of a job to the address that its producer named, with the headers it asked for', async () => {
  const receiver = createServer(async (request, response) => {
    receiver.emit('posted', request, JSON.parse(await text(request)));
    response.end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const emit = await emitOnAPort();
  onTestFinished(async () => {
    receiver.close();
    await emit.reference.close();
  });
  const posted = once(receiver, 'posted') as Promise<[IncomingMessage, unknown]>;

  const callbackUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const id = await emit.create({ callbackUrl, callbackHeaders: { 'x-mine': 'yes' } });
  await emit.work(id, 'poll', 'ack', ['complete', { result: [1] }]);

  const [request, body] = await posted;
  expect(request).toMatchObject({ method: 'POST', url: '/hook', headers: { 'x-mine': 'yes' } });
  expect(body).toMatchObject({
    jobId: id,
    spaceId: home,
    name: 'test',
    status: 'completed',
    result: [1],
  });
});

it('lets a job end as it should where nobody listens at that address', async () => {
  const emit = await emitOnAPort();
  onTestFinished(() => emit.reference.close());
  const id = await emit.create({ callbackUrl: 'http://127.0.0.1:9/' });
  await emit.work(id, 'poll', 'ack', 'complete');
  expect((await emit.call('read', 'GET', `/jobs/${id}`)).body.status).toBe('completed');
});
