import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../contract/spec-files.ts';
import { controlVariables } from '../control/messages.ts';
import { startBulkChild } from './bulk-child.ts';
import type { BulkDriver } from './driver.ts';

/** Subscribers in threads of one Node process: to check k6 against, and for rates that it cannot receive. */
export function nodeDriver(): BulkDriver {
  return {
    name: 'node',
    version: process.version,
    start: async (options) => {
      const script = join(packageRoot(), 'dist', 'load-bulk-node.js');
      if (!existsSync(script)) throw new Error(`${script} is missing: run npm run build`);
      const members = Math.max(1, Math.min(options.members, availableParallelism()));
      return startBulkChild({
        name: 'node',
        command: process.execPath,
        args: [script],
        env: {
          ...process.env,
          ...options.env,
          PLUMBLINE_MEMBERS: String(members),
          [controlVariables.url]: options.control.url,
          [controlVariables.token]: options.control.token,
        },
        log: options.log,
        members,
        meaning: (code) => (code === 0 ? undefined : `it failed with exit code ${code}: its log says why`),
      });
    },
  };
}
