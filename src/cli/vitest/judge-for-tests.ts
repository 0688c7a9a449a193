import type { RunResult } from '../../conform/run.ts';
import type { Contract } from '../../contract/contract.ts';
import { openReports } from '../../report/index.ts';
import { again } from '../again.ts';
import { BaselineInUse } from '../baseline.ts';
import { judgeTargets } from '../judge-targets.ts';
import { machine } from '../machine.ts';
import type { ConformOptions } from '../options.ts';
import { askedOf } from '../targets.ts';
import { type TestedServer, testedServer } from './tested-server.ts';

/** What a test file asks. */
export interface Asking {
  readonly options: ConformOptions;
  /** Where the surface is on a server object. */
  readonly path: string;
  readonly contract: Contract;
  /** Ids of the cases whose tests will run. */
  readonly chosen: ReadonlySet<string>;
}

/**
 * Judges what a test file gave, as `conform` would.
 * @throws InputError for a target, a baseline or a report that cannot be used, and where nothing would be asked.
 */
export async function judgeForTests(
  given: TestedServer,
  { options, path, contract, chosen }: Asking,
): Promise<{ readonly result: RunResult; readonly close: () => Promise<void> }> {
  const known = await BaselineInUse.open(options.baseline, options, contract);
  const { targets: all, close } = await testedServer(given, path, contract, process.env);
  const { level, verbose, reporter } = options;
  const { stdout, stderr, env } = process;
  let discard = async (): Promise<void> => {};
  try {
    const targets = askedOf(all, options);
    const reports = await openReports(reporter, {
      ...{ level, verbose, stdout, stderr, env },
      machine: machine(),
      quiet: true,
    });
    discard = reports.discard;
    const { result } = await judgeTargets(options, {
      ...{ contract, targets, cases: chosen, reporters: reports.reporters },
      command: again({ ...options, target: typeof given === 'string' ? given : '<target file>' }),
      signal: new AbortController().signal,
      say: (line) => console.warn(line),
      ...(known ? { known: { file: known, names: all.map(({ name }) => name) } } : {}),
    });
    return { result, close };
  } catch (cause) {
    await close();
    throw cause;
  } finally {
    await discard();
  }
}
