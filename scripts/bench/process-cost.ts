import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** How long a process took, on the clock and of the CPUs, in milliseconds, and what it said. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
  readonly said: string;
}

/** How a process is started. */
export interface Start {
  /** Where it runs. */
  readonly root: string;
  /** Where it may write. */
  readonly folder: string;
  /** It is killed when it takes longer. */
  readonly mostMs: number;
}

/** The flags of `npm run conform`. */
const flags = ['--max-semi-space-size=64', '--min-semi-space-size=16'];

/**
 * Runs a Node program to its end.
 * @throws Error where it fails, or takes too long.
 */
export function costOf(
  { root, folder, mostMs }: Start,
  argv: readonly string[],
  more: readonly string[] = [],
): Promise<Cost> {
  const cpuFile = join(folder, 'cpu');
  rmSync(cpuFile, { force: true });
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [...flags, ...more, '--import', './scripts/bench/cpu-at-exit.js', ...argv],
      {
        cwd: root,
        env: { ...process.env, PLUMBLINE_BENCH_CPU: cpuFile },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: Math.max(1, Math.round(mostMs)),
        killSignal: 'SIGKILL',
      },
    );
    let said = '';
    let errors = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
    });
    child.stderr.on('data', (bytes) => {
      errors += bytes;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const wall = performance.now() - began;
      if (code === 0) return resolve({ wall, cpu: Number(readFileSync(cpuFile, 'utf8')), said });
      const how = code === null ? `ended after ${Math.round(wall / 1000)} s` : `exit ${code}`;
      reject(new Error(`${argv.slice(0, 2).join(' ')}: ${how}: ${(errors || said).slice(-2000)}`));
    });
  });
}
