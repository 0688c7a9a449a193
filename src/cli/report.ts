import { loadContract } from '../contract/load.ts';
import { compare, comparisonLines } from '../report/compare.ts';
import { openReports } from '../report/index.ts';
import { visible } from '../report/plain-text.ts';
import { readStoredRun, type StoredRun } from '../report/stored-run.ts';
import { exitCodes } from './exit.ts';
import type { ReportCommandOptions } from './options.ts';
import { resultText } from './result-text.ts';

/**
 * `plumbline report`: renders a stored run again, or says what has changed since another one. Resolves to the exit code:
 * 0 where it could be written, whatever the run came to; with `--against` 1 where something fails that did not.
 * @throws InputError for a file that cannot be read or is no such run.
 */
export async function report(file: string, options: ReportCommandOptions): Promise<number> {
  const contract = await loadContract();
  const read = async (name: string): Promise<StoredRun> =>
    readStoredRun(name, await resultText(name), contract, options.partial);
  const now = await read(file);
  if (options.against !== undefined) {
    const comparison = compare((await read(options.against)).events, now.events);
    process.stdout.write(`${comparisonLines(comparison).map(visible).join('\n')}\n`);
    return comparison.failures.length > 0 ? exitCodes.changed : exitCodes.done;
  }
  const { stdout, stderr, env } = process;
  const { level, verbose } = options;
  if (!now.complete) stderr.write(`plumbline: ${file}: a part of a run: it did not end\n`);
  const reports = await openReports(options.reporter, { level, verbose, stdout, stderr, env });
  try {
    for (const reporter of reports.reporters) {
      for (const event of now.events) await reporter.on(event, { of: () => undefined });
      await reporter.end?.();
    }
  } finally {
    await reports.discard();
  }
  return exitCodes.done;
}
