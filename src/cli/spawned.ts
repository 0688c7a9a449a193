import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../contract/spec-files.ts';

/** What a process came to; for tests. */
export interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** The command line as people start it, in a process of its own. */
export interface Spawned {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Waits until the process has printed something. */
  readonly prints: (text: string | RegExp) => Promise<string>;
}

/** Starts `plumbline` with some arguments, in an environment that decides no colours. */
export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Spawned {
  const { NO_COLOR: _no, FORCE_COLOR: _force, PLUMBLINE_DEBUG: _debug, ...inherited } = process.env;
  const launcher = join(packageRoot(), 'bin', 'plumbline.js');
  const began = performance.now();
  const child = spawn(process.execPath, [launcher, ...args], { env: { ...inherited, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (exit) =>
      resolve({ exit, stdout, stderr: withoutBuild(stderr), ms: performance.now() - began }),
    );
  });
  const prints = (text: string | RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const all = stdout + stderr;
        if (typeof text === 'string' ? all.includes(text) : text.test(all)) resolve(all);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.on('close', () => reject(new Error(`it ended without printing ${text}:\n${stdout}${stderr}`)));
      look();
    });
  return { child, ended, prints };
}

/** Runs `plumbline` to its end. */
export async function plumbline(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return start(args, env).ended;
}

/** In a checkout the launcher may build first, and say so. */
function withoutBuild(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => !/^(plumbline: rebuilding…|build: .*)$/.test(line))
    .join('\n');
}
