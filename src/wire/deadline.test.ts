import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deadline } from './deadline.ts';

/** A server of another thread, which answers while this one is held up, and tells so in shared memory. */
const server = `
const { createServer } = require('node:net');
const { parentPort, workerData } = require('node:worker_threads');
const answered = new Int32Array(workerData);
createServer((socket) => socket.on('data', () => socket.write('answer', () => {
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
}))).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });
`;

describe('a deadline', () => {
  it('does not pass before what had arrived by then is read, however long the process was held up', async () => {
    const answered = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(server, { eval: true, workerData: answered.buffer });
    onTestFinished(async () => void (await worker.terminate()));
    const [port] = (await once(worker, 'message')) as [number];
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      socket.on('data', () => order.push('answer'));
      socket.write('question', () => {
        deadline(1, () => {
          order.push('deadline');
          resolve();
        });
        // Blocks this thread past the deadline, until the answer is in its socket.
        Atomics.wait(answered, 0, 0);
        Atomics.wait(answered, 0, 1, 20);
      });
    });
    expect(order).toEqual(['answer', 'deadline']);
  });

  it('can be called off, also once its time has come', async () => {
    let passed = false;
    const late = (): void => {
      passed = true;
    };
    deadline(1, late)();
    const timeHasCome = new Promise<void>((resolve) => setTimeout(() => setImmediate(resolve), 1));
    const callOff = deadline(1, late);
    // Both timers are due when they are looked at, and ours is the first.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    await timeHasCome;
    callOff();
    await new Promise<void>((resolve) => deadline(5, resolve));
    expect(passed).toBe(false);
  });
});
