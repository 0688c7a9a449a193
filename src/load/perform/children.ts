import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../contract/spec-files.ts';
import { controlVariables } from '../control/messages.ts';
import type { ControlServer } from '../control/server.ts';
import type { Ending } from '../evidence/stage-record.ts';

/** How long a process that was told to stop may take. */
const patienceMs = 3000;

/** A process of ours. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly process: ChildProcess;
  readonly ended: Promise<Ending>;
  /** After it was asked to stop over the control connection: waits, then ends it. */
  readonly stop: () => Promise<Ending>;
}

/** Starts one of dist/load-*.js. */
export function startChild(name: string, control: Pick<ControlServer, 'url' | 'token'>): Child {
  const file = join(packageRoot(), 'dist', `load-${name}.js`);
  if (!existsSync(file)) throw new Error(`there is no dist/load-${name}.js: was it built (npm run build)?`);
  const child = spawn(process.execPath, [file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, [controlVariables.url]: control.url, [controlVariables.token]: control.token },
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  let isAsked = false;
  const ended = new Promise<Ending>((resolve) => {
    child.once('error', (cause) =>
      resolve({ name, code: null, signal: null, trouble: `could not be started: ${cause.message}` }),
    );
    child.once('close', (code, signal) => resolve(endingOf(name, code, signal, isAsked, said)));
  });
  return {
    name,
    pid: child.pid ?? 0,
    process: child,
    ended,
    stop: async () => {
      isAsked = true;
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      const ending = await ended;
      clearTimeout(timer);
      return ending;
    },
  };
}

function endingOf(
  name: string,
  code: number | null,
  signal: string | null,
  isAsked: boolean,
  said: string,
): Ending {
  const last = said.trim().split('\n').at(-1) ?? '';
  if (!isAsked) {
    const how = signal === null ? `exit ${code}` : signal;
    return { name, code, signal, trouble: `ended by itself (${how})${last === '' ? '' : `: ${last}`}` };
  }
  if (signal === 'SIGKILL') return { name, code, signal, trouble: 'did not stop and was ended' };
  return { name, code, signal };
}
