/** A process that starts the reference server as `conform` does, does again on it what a script says, and ends. */
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { loadContract } from '../../src/contract/load.ts';
import { replay } from './replay.ts';
import type { TargetScript } from './replay-script.ts';

const [file = '', root = '', worker = ''] = process.argv.slice(2);
const contract = await loadContract(undefined, root);
const server = new Worker(worker, { workerData: { port: 0, contract, dialects: {} } });
const targets = await new Promise<{ url: string }[]>((resolve, reject) => {
  server.once('message', (said) => ('error' in said ? reject(new Error(said.error)) : resolve(said.targets)));
  server.once('error', reject);
});
const host = /ws:\/\/([^/"]+)/.exec(JSON.stringify(targets))?.[1] ?? '';
const fidelity = await replay(JSON.parse(readFileSync(file, 'utf8')) as TargetScript[], host);
server.postMessage('close');
await new Promise((resolve) => server.once('exit', resolve));
process.stdout.write(JSON.stringify(fidelity));
