import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import type { BulkDriver } from '../drivers/driver.ts';
import type { Environment } from '../verdict/load-result.ts';

/** What makes two runs comparable, and a calibration good for the next run. */
export function environmentOf(driver: BulkDriver, harness: string): Environment {
  const known = {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    k6: driver.name === 'k6' ? driver.version : null,
    harness,
    openFiles: openFiles(),
  };
  const { memoryBytes: _memory, openFiles: _files, ...telling } = known;
  const fingerprint = createHash('sha256').update(JSON.stringify(telling)).digest('hex').slice(0, 16);
  return { ...known, fingerprint };
}

/** The soft limit of open files of this process; 0: not known. */
export function openFiles(): number {
  try {
    const found = /Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'));
    return found ? Number(found[1]) : 0;
  } catch {
    return 0;
  }
}
