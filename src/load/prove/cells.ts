import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contract } from '../../contract/contract.ts';
import type { SurfaceName } from '../../contract/requirement.ts';
import type { SuiteFactory } from '../../suite/surface.ts';
import type { Target } from '../../target/target.ts';
import type { BulkDriver } from '../drivers/driver.ts';
import type { Cell } from '../profile/profile.ts';
import { writeLoadFolder } from '../report/load-reporters.ts';
import { RunFiles } from '../run/run-files.ts';
import { runLoad } from '../run/run-load.ts';
import type { LoadResult } from '../verdict/load-result.ts';
import { plainRun } from './plain-run.ts';
import { quickStages } from './quick-stages.ts';

/** A server of all surfaces that does nothing wrong, in a process of its own. */
export interface RightServer {
  readonly targets: readonly Target[];
  readonly pid: number | undefined;
  readonly close: () => Promise<void>;
}

/** What cells are performed with. */
export interface CellBench {
  readonly contract: Contract;
  readonly suites?: Readonly<Record<SurfaceName, SuiteFactory>>;
  /** Folder in which each cell gets one of its own. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** A machine that is busy with other cells is no reason to take a server for unreachable. Milliseconds. */
const patient = { connectMs: 20_000, answerMs: 20_000 };

/** Performs a profile on a right server for seconds, as any load is performed but for its calibration. */
export async function performCell(
  bench: CellBench,
  { profile, surface }: Cell,
  driver: BulkDriver,
  server: RightServer,
): Promise<{ readonly folder: string; readonly result: LoadResult }> {
  const target = server.targets.find((one) => one.surface === surface);
  if (!target) throw new Error(`the server does not serve ${surface}`);
  const folder = await mkdtemp(join(bench.folder, `${profile.id}-`));
  const files = new RunFiles(folder);
  const silent = (): void => {};
  try {
    const result = await runLoad({
      ...plainRun({ ...bench, gates: profile.gates }, driver, { ...target, deadlines: patient }, folder),
      ...(bench.suites === undefined ? {} : { suites: bench.suites }),
      ...(server.pid === undefined ? {} : { serverPid: server.pid }),
      profile: { id: profile.id, title: profile.title },
      stages: quickStages(profile),
      listener: { phase: silent, stageStarted: silent, progress: silent, stageEnded: silent },
      files,
    });
    const failed = await writeLoadFolder(folder, result);
    if (failed[0]) throw failed[0].error;
    return { folder, result };
  } finally {
    files.close();
  }
}
