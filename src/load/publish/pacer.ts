import { Worker } from 'node:worker_threads';

/**
 * Calls `due` for each publish when it is due, in order. A thread of its own waits with `Atomics.wait`, which is late
 * by tenths of a millisecond where a timer is late by whole ones; what is overdue is called at once, and never left out.
 * Resolves after the last.
 */
export async function pace(
  dueAt: Float64Array,
  due: (n: number) => void,
  signal: AbortSignal,
): Promise<void> {
  if (dueAt.length === 0) return;
  const shared = new Float64Array(new SharedArrayBuffer(dueAt.byteLength));
  shared.set(dueAt);
  const worker = new Worker(waiting, { eval: true, workerData: { dueAt: shared } });
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      void worker.terminate();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    worker.on('error', reject);
    worker.on('message', (upTo: readonly [from: number, to: number]) => {
      if (signal.aborted) return;
      for (let n = upTo[0]; n < upTo[1]; n++) due(n);
      if (upTo[1] < dueAt.length) return;
      signal.removeEventListener('abort', stop);
      void worker.terminate();
      resolve();
    });
    if (signal.aborted) stop();
  });
}

/** The thread: tells from which to which publish is due now. Plain JavaScript, since it is evaluated as it stands. */
const waiting = `
const { parentPort, workerData } = require('node:worker_threads');
const { dueAt } = workerData;
const cell = new Int32Array(new SharedArrayBuffer(4));
const now = () => Number(process.hrtime.bigint()) / 1e6;
for (let n = 0; n < dueAt.length; ) {
  const wait = dueAt[n] - now();
  if (wait > 0) Atomics.wait(cell, 0, 0, wait);
  const time = now();
  let to = n;
  while (to < dueAt.length && dueAt[to] <= time) to += 1;
  if (to > n) parentPort.postMessage([n, to]);
  n = to;
}
`;
