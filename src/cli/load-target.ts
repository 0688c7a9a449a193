import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contract, InputError } from '../contract/contract.ts';
import type { SurfaceName } from '../contract/requirement.ts';
import { packageRoot } from '../contract/spec-files.ts';
import { loadTargets } from '../target/load.ts';
import type { Target } from '../target/target.ts';
import type { LoadOptions } from './load-options.ts';

/** Which server it is to be. */
type Wanted = Pick<LoadOptions, 'target' | 'surface' | 'dialect'>;

/** The server that a load is put on. */
export interface LoadTarget {
  readonly target: Target;
  /** Of the server, where it can be watched. */
  readonly pid?: number;
  /** True where this run has started it, and may start another one. */
  readonly isOurs: boolean;
  /** Ends it, if this run started it. May be called again. */
  readonly close: () => Promise<void>;
}

const startMs = 30_000;

/**
 * The entry of the target file that the options name, or the reference server, started as a process of its own.
 * @throws InputError where there is none of a surface that the profile has.
 */
export async function chooseLoadTarget(
  options: Wanted,
  surfaces: readonly SurfaceName[],
  contract: Contract,
): Promise<LoadTarget> {
  if (options.target !== undefined) {
    const targets = await loadTargets(options.target, { contract, env: process.env });
    const target = chosenOf(targets, options, surfaces);
    const pid = target.observe?.pid;
    return { target, ...(pid === undefined ? {} : { pid }), isOurs: false, close: async () => {} };
  }
  return startReferenceProcess(options, surfaces, contract);
}

function chosenOf(
  targets: readonly Target[],
  { surface, dialect }: Wanted,
  surfaces: readonly SurfaceName[],
): Target {
  const wanted = surface === undefined ? surfaces : [surface];
  for (const one of wanted) {
    const ofSurface = targets.filter((target) => target.surface === one);
    const asked = dialect[one];
    const found = ofSurface.find((target) => asked === undefined || target.dialect === asked) ?? ofSurface[0];
    if (found) return asked === undefined ? found : { ...found, dialect: asked };
  }
  const there = [...new Set(targets.map((target) => target.surface))].join(', ');
  throw new InputError(`no target of the surface ${wanted.join(' or ')}; there is: ${there}`);
}

async function startReferenceProcess(
  options: Wanted,
  surfaces: readonly SurfaceName[],
  contract: Contract,
): Promise<LoadTarget> {
  const { targets, pid, close } = await startReferenceServer(contract);
  try {
    const target = { ...chosenOf(targets, options, surfaces), at: 'the embedded reference server' };
    return { target, ...(pid === undefined ? {} : { pid }), isOurs: true, close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** The reference server in a process of its own, so that it and the harness do not share an event loop. */
export interface ReferenceServer {
  readonly targets: readonly Target[];
  readonly pid: number | undefined;
  readonly close: () => Promise<void>;
}

/** Starts `plumbline serve` on a free port. @throws Error where it does not come. */
export async function startReferenceServer(contract: Contract): Promise<ReferenceServer> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-load-'));
  const file = join(folder, 'target.yaml');
  const launcher = join(packageRoot(), 'bin', 'plumbline.js');
  const child = spawn(process.execPath, [launcher, 'serve', '--port', '0', '--write-target', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(timer);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the reference server did not start')), startMs);
      // Its banner comes when the target file is there.
      child.stdout.once('data', () => {
        clearTimeout(timer);
        resolve();
      });
      child.once('close', (code) => reject(new Error(`the reference server ended with ${code}`)));
    });
    child.stdout.resume();
    child.stderr.resume();
    return { targets: await loadTargets(file, { contract, env: {} }), pid: child.pid, close };
  } catch (cause) {
    await close();
    throw cause;
  }
}
