import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Contract } from '../../../src/contract/contract.ts';
import type { JsonObject } from '../../../src/contract/json.ts';

/**
 * Starts the reference server in a thread, as `conform` does, and ends it when the work with its targets is done.
 * @throws Error where it does not start.
 */
export async function onReference<T>(
  root: string,
  contract: Contract,
  work: (entries: readonly JsonObject[], host: string) => Promise<T>,
): Promise<T> {
  const thread = new Worker(join(root, 'dist', 'reference-worker.js'), {
    workerData: { port: 0, contract, dialects: {} },
  });
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const entries = await new Promise<JsonObject[]>((resolve, reject) => {
    thread.once('message', (said) =>
      'error' in said ? reject(new Error(said.error)) : resolve(said.targets),
    );
    thread.once('error', reject);
  });
  try {
    return await work(entries, /ws:\/\/([^/"]+)/.exec(JSON.stringify(entries))?.[1] ?? '');
  } finally {
    thread.postMessage('close');
    await ended;
  }
}
