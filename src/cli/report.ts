import { type Contract, InputError } from '../contract/contract.ts';
import { loadContract } from '../contract/load.ts';
import { compareLoads, loadComparisonLines } from '../load/report/compare-loads.ts';
import { writeLoadReports } from '../load/report/load-reporters.ts';
import { isLoad, readLoad } from '../load/report/read-load.ts';
import { compare, comparisonLines } from '../report/compare.ts';
import { openReports } from '../report/index.ts';
import { visible } from '../report/plain-text.ts';
import { readStoredRun, type StoredRun } from '../report/stored-run.ts';
import { exitCodes } from './exit.ts';
import type { ReportCommandOptions } from './options.ts';
import { resultText } from './result-text.ts';

/**
 * `plumbline report`: renders a stored run again, of conformance or of load, or says what has changed since another one.
 * Resolves to the exit code: 0 where it could be written, whatever the run came to; with `--against` 1 where something
 * fails that did not.
 * @throws InputError for a file that cannot be read or is no such run.
 */
export async function report(file: string, options: ReportCommandOptions): Promise<number> {
  const contract = await loadContract();
  const text = await resultText(file);
  if (isLoad(text)) return reportLoad(file, text, options, contract);
  const read = async (name: string): Promise<StoredRun> =>
    readStoredRun(name, await resultText(name), contract, options.partial);
  const now = readStoredRun(file, text, contract, options.partial);
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

async function reportLoad(
  file: string,
  text: string,
  options: ReportCommandOptions,
  { formats }: Contract,
): Promise<number> {
  const { stdout, stderr, env } = process;
  const { against, partial, verbose, reporter } = options;
  const now = readLoad(file, text, formats, partial);
  if (!now.complete) stderr.write(`plumbline: ${file}: a part of a run: it did not end\n`);
  if (against === undefined) {
    await writeLoadReports(now, reporter, { verbose, stdout, env });
    return exitCodes.done;
  }
  const earlier = await resultText(against);
  if (!isLoad(earlier)) throw new InputError(`${against}: is of no load run, and ${file} is of one`);
  const baseline = readLoad(against, earlier, formats, partial);
  // Beside what has changed, whatever is asked for in files: the page then draws both.
  await writeLoadReports(now, reporter, { verbose, stdout, env, baseline, filesOnly: true });
  const comparison = compareLoads(baseline, now);
  stdout.write(`${loadComparisonLines(comparison).join('\n')}\n`);
  return comparison.isWorse ? exitCodes.changed : exitCodes.done;
}
