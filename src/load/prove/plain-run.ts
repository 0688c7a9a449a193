import { join } from 'node:path';
import type { Contract } from '../../contract/contract.ts';
import type { Target } from '../../target/target.ts';
import type { BulkDriver } from '../drivers/driver.ts';
import type { LoadRun } from '../run/run-load.ts';
import type { Gate } from '../verdict/gates.ts';

/** A load run without calibration: the processes and the files of any run, and nothing that takes time besides. */
export function plainRun(
  {
    contract,
    gates,
    signal,
  }: { readonly contract: Contract; readonly gates: readonly Gate[]; readonly signal: AbortSignal },
  driver: BulkDriver,
  target: Target,
  folder: string,
): Omit<LoadRun, 'stages' | 'listener'> {
  return {
    contract,
    driver,
    seed: 1,
    folder,
    signal,
    id: 'load-prove',
    profile: { id: 'load-prove', title: 'a run that is killed' },
    gates,
    target,
    command: 'plumbline load-prove',
    harness: '0.0.0',
    cache: join(folder, 'cache'),
    forced: true,
    calibrate: false,
    repeat: 1,
  };
}
