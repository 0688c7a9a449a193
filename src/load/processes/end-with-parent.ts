import { fstatSync } from 'node:fs';

/** Ends this process on SIGTERM, when its standard input ends, and when whoever started it is gone. */
export function endWithParent(): void {
  const end = (): void => process.exit(0);
  process.on('SIGTERM', end);
  // An input that is no pipe says nothing about a parent, and /dev/null ends at once.
  if (isPipe()) process.stdin.on('end', end).on('error', end).resume();
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, 1000).unref();
}

function isPipe(): boolean {
  try {
    const stat = fstatSync(0);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}
