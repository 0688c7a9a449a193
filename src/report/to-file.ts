import { rmSync, statSync } from 'node:fs';
import { type FileHandle, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Output } from './output.ts';

/** `stream`: written as it comes, so that a partial report can be read. `whole`: appears when it is complete. */
export type FileKind = 'stream' | 'whole';

/**
 * Opens a report file, and its folder if there is none, so that it is known before a run whether it can
 * be written. A `whole` one is written beside its place and renamed; where a link stands there, beside what it
 * leads to. What is no file but a device or a pipe is written to: renamed over, /dev/null would be lost.
 * @throws Error where it cannot be opened.
 */
export async function toFile(named: string, kind: FileKind): Promise<Output> {
  await makeFolder(dirname(named));
  const there = await stat(named).catch(() => undefined);
  if (there?.isDirectory()) throw new Error('it is a folder');
  const isReplaced = kind === 'whole' && isPlace(named);
  const path = isReplaced && there ? await realpath(named) : named;
  const written = isReplaced ? join(dirname(path), `.${basename(path)}.${process.pid}.partial`) : path;
  if (isReplaced) {
    await proveReplaceable(path);
    // One that a killed process of the same number left; or a link that leads elsewhere.
    await rm(written, { force: true });
    unfinished.add(written);
  }
  const handle = await open(written, isReplaced ? 'wx' : 'w');
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await handle.close();
  };
  return {
    write: async (text) => {
      await handle.appendFile(text, 'utf8');
    },
    end: async () => {
      await close();
      if (!isReplaced) return;
      await rename(written, path);
      unfinished.delete(written);
    },
    discard: async () => {
      await close();
      if (!isReplaced) return;
      await rm(written, { force: true });
      unfinished.delete(written);
    },
  };
}

/** True where a file stands or can: a device or a pipe is no place to put one, nor to put another one beside. */
export function isPlace(named: string): boolean {
  if (/^\/(?:dev\/(?!shm\/)|proc\/)/.test(named)) return false;
  try {
    return statSync(named).isFile();
  } catch {
    // Nothing is there; or what is wrong with it is said when it is opened.
    return true;
  }
}

/** Files that are written beside their places. Whatever ends the process, short of kill -9, takes them along. */
const unfinished = new Set<string>();
process.on('exit', () => {
  for (const file of unfinished) rmSync(file, { force: true });
});

/** A read-only file is refused now, though a rename would replace it: somebody made it so on purpose. */
async function proveReplaceable(path: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r+');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
  } finally {
    await handle?.close();
  }
}

/** Level by level: `mkdir` with `recursive` never comes back where the system denies what exists (/proc). */
async function makeFolder(folder: string): Promise<void> {
  if (await stat(folder).catch(() => undefined)) return;
  if (dirname(folder) !== folder) await makeFolder(dirname(folder));
  await mkdir(folder).catch((cause: NodeJS.ErrnoException) => {
    // Somebody else was faster.
    if (cause.code !== 'EEXIST') throw cause;
  });
}
