import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { InputError } from '../contract/contract.ts';
import type { JsonObject } from '../contract/json.ts';
import type { ReferenceOptions } from '../reference/start.ts';

/** The embedded reference server, as far as the command line needs it. */
export interface Embedded {
  readonly targets: readonly JsonObject[];
  readonly close: () => Promise<void>;
}

/**
 * Starts the reference server on a free port, in a thread of its own where there is a built one.
 * @throws InputError for what `startReference` refuses.
 */
export async function startEmbedded(options: ReferenceOptions): Promise<Embedded> {
  const built = new URL('./reference-worker.js', import.meta.url);
  if (!existsSync(built)) {
    const { startReference } = await import('../reference/start.ts');
    const reference = await startReference(options);
    return { targets: reference.targets(), close: () => reference.close() };
  }
  const worker = new Worker(built, { workerData: { port: 0, ...options } });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const said = await new Promise<{ targets: JsonObject[] } | { error: string }>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  if ('error' in said) throw new InputError(said.error);
  return {
    targets: said.targets,
    close: async () => {
      worker.postMessage('close');
      await ended;
    },
  };
}
