/**
 * The reference server in a thread of its own: the one that judges it then waits for no other core's work.
 * Started with `workerData` = ReferenceOptions without functions; says `{ targets }` or `{ error }` once it
 * serves or cannot, and ends when it is told anything.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type ReferenceOptions, startReference } from './start.ts';

const port = parentPort;
if (!port) throw new Error('the reference worker is started as a worker thread');
try {
  const reference = await startReference(workerData as ReferenceOptions);
  port.once('message', async () => {
    await reference.close();
    port.close();
  });
  port.postMessage({ targets: reference.targets() });
} catch (cause) {
  port.postMessage({ error: (cause as Error).message });
  port.close();
}
