import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Its owner touches the lock at this interval, however long the work takes. */
const touchEveryMs = 5000;

/** Not touched for so long: its process id is another's by now. */
const abandonedAfterMs = 60_000;

/** Holds a lock file while `work` runs; who comes second waits. A lock whose process has gone is taken over. */
export async function withBuildLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  while (!take(file)) {
    if (isAbandoned(file)) rmSync(file, { force: true });
    else await sleep(100);
  }
  const touching = setInterval(() => utimesSync(file, new Date(), new Date()), touchEveryMs);
  touching.unref();
  try {
    return await work();
  } finally {
    clearInterval(touching);
    rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isAbandoned(file: string): boolean {
  try {
    if (Date.now() - statSync(file).mtimeMs > abandonedAfterMs) return true;
    const owner = Number(readFileSync(file, 'utf8'));
    // Written but not filled yet: its owner is at it.
    return owner > 0 && !isRunning(owner);
  } catch {
    // Released between the two looks.
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
