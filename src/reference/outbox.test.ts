import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type EmitOnAPort, emitOnAPort, home, tokenOf } from './emit/emit-on-a-port.ts';
import { outboxLimit } from './outbox.ts';

let emit: EmitOnAPort;
beforeAll(async () => {
  emit = await emitOnAPort();
});
afterAll(() => emit.reference.close());

it('gives up a viewer that does not read, and serves the others on', async () => {
  const token = tokenOf(home, 'read');
  const id = await emit.create();
  await emit.work(id, 'poll', 'ack');
  const slow = new WebSocket(`${emit.reference.address.ws}/api/v1/realtime/${id}?token=${token}`, {
    perMessageDeflate: false,
  });
  await new Promise((resolve) => slow.once('message', resolve));
  slow.pause();
  const quick = await emit.watch(id, token);

  const part = 'x'.repeat(500_000);
  const parts = Math.ceil((4 * outboxLimit) / part.length);
  for (let n = 0; n < parts; n += 1) await emit.work(id, ['progress', { n, part }]);
  await emit.work(id, 'complete');
  await quick.next('completed');
  expect(quick.events).toHaveLength(parts + 2);

  let got = 0;
  slow.on('message', () => {
    got += 1;
  });
  const code = new Promise((resolve) => slow.once('close', resolve));
  slow.resume();
  expect(await code).toBe(1013);
  expect(got).toBeLessThan(parts);
});
