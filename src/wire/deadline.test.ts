import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { deadline } from './deadline.ts';
import { onAPort } from './on-a-port.ts';

it('passes where nothing comes', async () => {
  await new Promise<void>((resolve) => deadline(1, resolve));
});

it('does not pass once it was cancelled', async () => {
  let passed = false;
  const cancel = deadline(1, () => {
    passed = true;
  });
  cancel();
  await new Promise<void>((resolve) => deadline(2, resolve));
  expect(passed).toBe(false);
});

it('is no verdict on who answered while we were held up', async () => {
  const { port, close } = await onAPort(
    createServer((socket) => void socket.on('data', () => socket.write('pong'))),
  );
  onTestFinished(close);
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const first = new Promise((resolve) => {
    socket.once('data', () => resolve('answered'));
    deadline(40, () => resolve('passed'));
  });
  socket.write('ping');
  // Nobody gets the processor: neither we nor, being in the same process, the server.
  const until = performance.now() + 150;
  while (performance.now() < until);
  expect(await first).toBe('answered');
  socket.destroy();
});
