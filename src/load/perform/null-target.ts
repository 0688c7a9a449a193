import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Contract } from '../../contract/contract.ts';
import type { JsonObject } from '../../contract/json.ts';
import type { SurfaceName } from '../../contract/requirement.ts';
import { packageRoot } from '../../contract/spec-files.ts';
import { targetsOf } from '../../target/load.ts';
import type { Target } from '../../target/target.ts';

/** A null server in a process of its own. */
export interface NullTarget {
  readonly pid: number;
  /** Origin of its HTTP side. */
  readonly http: string;
  readonly target: (surface: SurfaceName) => Target;
  /** Its entry as it stands in a target file. */
  readonly written: (surface: SurfaceName) => JsonObject;
  readonly close: () => Promise<void>;
}

const startMs = 20_000;

/** Starts dist/load-null.js. `options` are those of the null server, faults included. @throws where it does not come. */
export async function startNullTarget(contract: Contract, options: object = {}): Promise<NullTarget> {
  const file = join(packageRoot(), 'dist', 'load-null.js');
  const child = spawn(process.execPath, [file], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PLUMBLINE_NULL: JSON.stringify(options) },
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error('the null server did not start')), startMs);
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const end = text.indexOf('\n');
      if (end < 0) return;
      clearTimeout(timer);
      resolve(text.slice(0, end));
    });
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`the null server ended with ${code}`)));
  });
  const said = JSON.parse(line) as { readonly http: string; readonly targets: readonly JsonObject[] };
  const targets = await targetsOf(said.targets, 'the null server', contract, { proven: true });
  return {
    pid: child.pid ?? 0,
    http: said.http,
    target: (surface) => {
      const found = targets.find((target) => target.surface === surface);
      if (!found) throw new Error(`the null server does not serve ${surface}`);
      return found;
    },
    written: (surface) => {
      const found = said.targets.find((entry) => entry.surface === surface);
      if (!found) throw new Error(`the null server does not serve ${surface}`);
      return found;
    },
    close: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
