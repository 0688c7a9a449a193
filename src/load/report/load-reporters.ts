import { InputError } from '../../contract/contract.ts';
import { reporters as reportersOfRuns, wantsColor } from '../../report/index.ts';
import { type Output, toStream } from '../../report/output.ts';
import { toFile } from '../../report/to-file.ts';
import type { LoadResult } from '../verdict/load-result.ts';
import { reportHtml } from './html/page.ts';
import { junitXml } from './junit-xml.ts';
import { percentilesHgrm } from './percentiles-hgrm.ts';
import { resultJson } from './result-json.ts';
import { summaryMd } from './summary-md.ts';
import { type TerminalLook, terminalText } from './terminal.ts';
import { timelineCsv } from './timeline-csv.ts';

/** What a report is made with, beside the result. */
export interface LoadReportContext extends TerminalLook {
  /** Another run, whose percentiles are drawn beside those of this one. */
  readonly baseline?: LoadResult;
}

type Render = (result: LoadResult, context: LoadReportContext) => string;

/** Every format of a load run, by the name that `--reporter` knows it by, and the file of it in the folder of a run. */
export const loadReporters: Readonly<Record<string, { readonly render: Render; readonly file?: string }>> = {
  terminal: { render: terminalText },
  json: { render: resultJson, file: 'result.json' },
  csv: { render: timelineCsv, file: 'timeline.csv' },
  hgrm: { render: percentilesHgrm, file: 'percentiles.hgrm' },
  junit: { render: junitXml, file: 'junit.xml' },
  markdown: { render: summaryMd, file: 'summary.md' },
  html: { render: reportHtml, file: 'report.html' },
};

export interface LoadReportOptions {
  readonly verbose: boolean;
  readonly stdout: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly baseline?: LoadResult;
  /** True where standard output is somebody else's: the terminal's report does not come by itself. */
  readonly filesOnly?: boolean;
}

/** Where a report goes; without a file, to standard output. */
interface Wanted {
  readonly spec: string;
  readonly render: Render;
  readonly file?: string;
}

/**
 * Writes everything that `--reporter NAME[=FILE]` asks for; reports that go to files come beside the terminal's, unless
 * another one has standard output.
 * @throws InputError for an unknown name, for two reports in one place, and where a file cannot be written.
 */
export async function writeLoadReports(
  result: LoadResult,
  specs: readonly string[],
  options: LoadReportOptions,
): Promise<void> {
  const wanted = specs.map(parse);
  const toScreen = wanted.find(({ file }) => file === undefined);
  if (options.filesOnly) {
    if (toScreen)
      throw new InputError(`--reporter ${toScreen.spec}: needs a file here: ${toScreen.spec}=FILE`);
  } else if (!toScreen && !wanted.some(({ render }) => render === terminalText))
    wanted.unshift({ spec: 'terminal', render: terminalText });
  for (const [at, one] of wanted.entries()) {
    const other = wanted.slice(0, at).find(({ file }) => file === one.file);
    if (other)
      throw new InputError(
        `--reporter ${one.spec}: ${other.spec} writes to ${one.file ?? 'standard output'} already`,
      );
  }
  // All are opened before any is written, so that what cannot be is known before something has been said.
  const opened: { readonly one: Wanted; readonly out: Output }[] = [];
  for (const one of wanted) {
    try {
      const { file } = one;
      opened.push({ one, out: file === undefined ? toStream(options.stdout) : await toFile(file, 'whole') });
    } catch (cause) {
      await Promise.all(opened.map(({ out }) => out.discard()));
      throw unwritten(one, cause);
    }
  }
  for (const { one, out } of opened) {
    const isTerminal = one.file === undefined && options.stdout.isTTY === true && options.env.TERM !== 'dumb';
    const text = one.render(result, {
      verbose: options.verbose,
      color: one.file === undefined && wantsColor(isTerminal, options.env),
      width: Math.min(110, Math.max(60, isTerminal ? options.stdout.columns : 80)),
      ...(options.baseline ? { baseline: options.baseline } : {}),
    });
    try {
      await written(out, text);
    } catch (cause) {
      // Whoever closes the pipe has read enough.
      if (one.file === undefined && isClosedPipe(cause)) continue;
      throw unwritten(one, cause);
    }
  }
}

function unwritten({ spec }: Wanted, cause: unknown): InputError {
  return new InputError(`--reporter ${spec}: cannot be written: ${(cause as Error).message}`, { cause });
}

function isClosedPipe(cause: unknown): boolean {
  const { code } = ((cause as Error).cause ?? cause) as NodeJS.ErrnoException;
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}

/**
 * Writes the files of a run into its folder, each beside its place and renamed: one that cannot be written or made
 * does not keep the others from it.
 * @returns what could not be written, and why
 */
export async function writeLoadFolder(
  folder: string,
  result: LoadResult,
  baseline?: LoadResult,
): Promise<readonly { readonly file: string; readonly error: Error }[]> {
  const failed: { readonly file: string; readonly error: Error }[] = [];
  for (const { render, file: name } of Object.values(loadReporters)) {
    if (name === undefined) continue;
    const file = `${folder}/${name}`;
    try {
      const look = { width: 80, color: false, verbose: false };
      const text = render(result, { ...look, ...(baseline ? { baseline } : {}) });
      await written(await toFile(file, 'whole'), text);
    } catch (cause) {
      failed.push({ file, error: cause as Error });
    }
  }
  return failed;
}

async function written(out: Output, text: string): Promise<void> {
  try {
    await out.write(text);
    await out.end();
  } catch (cause) {
    await out.discard();
    throw cause;
  }
}

function parse(spec: string): Wanted {
  const [, name = spec, file] = /^([^=]*)=(.*)$/s.exec(spec) ?? [];
  const known = Object.keys(loadReporters).join(', ');
  const reporter = loadReporters[name];
  if (!reporter) {
    const why = reportersOfRuns[name]
      ? 'is of conformance and says nothing about a load run'
      : 'no such reporter';
    throw new InputError(`--reporter ${spec}: ${why}; there is: ${known}`);
  }
  if (file === '')
    throw new InputError(`--reporter ${spec}: names no file; leave out the = for standard output`);
  return { spec, render: reporter.render, ...(file === undefined || file === '-' ? {} : { file }) };
}
