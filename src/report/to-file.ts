import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Output } from './output.ts';

/** `stream`: written as it comes, so that a partial report can be read. `whole`: appears when it is complete. */
export type FileKind = 'stream' | 'whole';

/**
 * Opens a report file, and its folder if there is none, so that it is known before a run whether it can
 * be written. A `whole` one is written beside its place and renamed.
 * @throws Error where it cannot be opened.
 */
export async function toFile(path: string, kind: FileKind): Promise<Output> {
  await makeFolder(dirname(path));
  if ((await stat(path).catch(() => undefined))?.isDirectory()) throw new Error('it is a folder');
  const written = kind === 'whole' ? join(dirname(path), `.${basename(path)}.${process.pid}.partial`) : path;
  if (kind === 'whole') await proveReplaceable(path);
  const handle = await open(written, 'w');
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
      if (written !== path) await rename(written, path);
    },
    discard: async () => {
      await close();
      if (written !== path) await rm(written, { force: true });
    },
  };
}

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
