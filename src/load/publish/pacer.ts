import { Worker } from 'node:worker_threads';
import { now } from '../clock.ts';

/**
 * The most that a publish is made ready ahead of its time. A thread that wakes while others compute may have to wait
 * until one of them has used up its slice, some milliseconds on Linux since 6.6; by then the publish must not be due.
 */
const mostLeadMs = 4;
/** The part of the time between two publishes that may be spent on waiting for the later one with open eyes. */
const mostLeadShare = 0.1;

/** How a schedule is kept. */
export interface Pace {
  /** When each is due, in milliseconds of the monotonic clock, in order. */
  readonly dueAt: Float64Array;
  /** Makes one ready, and gives what sends it, which is called when it is due. */
  readonly ready: (n: number) => () => void;
  /**
   * Whether the thread may keep its processor for the last moments before each is due, so that nobody has it then.
   * Not for whoever has something else to do in time.
   */
  readonly ahead: boolean;
}

/**
 * Sends each when it is due, in order. A thread of its own waits with `Atomics.wait`, which is late by tenths of a
 * millisecond where a timer is late by whole ones; what is overdue is sent at once, and never left out. Resolves after
 * the last.
 */
export async function pace({ dueAt, ready, ahead }: Pace, signal: AbortSignal): Promise<void> {
  if (dueAt.length === 0) return;
  const wakeAt = new Float64Array(new SharedArrayBuffer(dueAt.byteLength));
  wakeAt.set(ahead ? dueAt.map((due, n) => due - leadOf(dueAt, n)) : dueAt);
  const worker = new Worker(waiting, { eval: true, workerData: { wakeAt } });
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      void worker.terminate();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    worker.on('error', reject);
    worker.on('message', ([from, to]: readonly [from: number, to: number]) => {
      if (signal.aborted) return;
      for (let n = from; n < to; n++) {
        const send = ready(n);
        const due = dueAt[n] ?? 0;
        while (now() < due);
        send();
      }
      if (to < dueAt.length) return;
      signal.removeEventListener('abort', stop);
      void worker.terminate();
      resolve();
    });
    if (signal.aborted) stop();
  });
}

/** How long before it is due the n-th is made ready, in milliseconds. */
export function leadOf(dueAt: Float64Array, n: number): number {
  const gap = n === 0 ? Number.POSITIVE_INFINITY : (dueAt[n] ?? 0) - (dueAt[n - 1] ?? 0);
  return Math.min(mostLeadMs, mostLeadShare * gap);
}

/** The thread: tells from which to which it is time to get ready. Plain JavaScript, since it is evaluated as it stands. */
const waiting = `
const { parentPort, workerData } = require('node:worker_threads');
const { wakeAt } = workerData;
const cell = new Int32Array(new SharedArrayBuffer(4));
const now = () => Number(process.hrtime.bigint()) / 1e6;
for (let n = 0; n < wakeAt.length; ) {
  const wait = wakeAt[n] - now();
  if (wait > 0) Atomics.wait(cell, 0, 0, wait);
  const time = now();
  let to = n;
  while (to < wakeAt.length && wakeAt[to] <= time) to += 1;
  if (to > n) parentPort.postMessage([n, to]);
  n = to;
}
`;
