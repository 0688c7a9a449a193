/**
 * The process of the node driver: so many threads, each a member of the generator with a control connection of its
 * own. Started by node-driver.ts; bundled as dist/load-bulk-node.js.
 * @module
 */
import { isMainThread, Worker } from 'node:worker_threads';
import { BulkMember } from '../bulk/bulk-member.ts';
import { connectToCoordinator } from '../control/client.ts';
import { NodeHost } from './node-host.ts';

if (isMainThread) {
  for (let member = 0; member < Number(process.env.PLUMBLINE_MEMBERS ?? 1); member++) {
    const thread = new Worker(new URL(import.meta.url));
    thread.on('error', (cause) => {
      console.error(cause);
      process.exitCode = 1;
    });
  }
} else {
  const host = new NodeHost();
  const member = new BulkMember(host);
  await connectToCoordinator('bulk', (order, control) => {
    host.control = control;
    member.handle(order);
  });
}
