import { basename } from 'node:path';
import type { Reporter } from '../conform/run-event.ts';
import { InputError } from '../contract/contract.ts';
import { badge } from './badge.ts';
import type { ReporterFactory } from './context.ts';
import { ctrf } from './ctrf.ts';
import { github } from './github.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { ndjson } from './ndjson.ts';
import { type Output, toStream } from './output.ts';
import { findPlace } from './place.ts';
import { sarif } from './sarif.ts';
import { tap } from './tap.ts';
import { terminal } from './terminal.ts';
import { type FileKind, isPlace, toFile } from './to-file.ts';

/** Every reporter by the name that `--reporter` knows it by. */
export const reporters: Readonly<
  Record<
    string,
    {
      readonly make: ReporterFactory;
      readonly kind: FileKind;
      /** What the name of a second file ends with, which comes beside the first. */
      readonly beside?: string;
    }
  >
> = {
  terminal: { make: terminal, kind: 'stream' },
  json: { make: json, kind: 'whole' },
  ndjson: { make: ndjson, kind: 'stream' },
  junit: { make: junit, kind: 'whole' },
  ctrf: { make: ctrf, kind: 'whole' },
  sarif: { make: sarif, kind: 'whole' },
  tap: { make: tap, kind: 'whole' },
  html: { make: html, kind: 'whole', beside: '.recordings.ndjson' },
  markdown: { make: markdown, kind: 'whole' },
  badge: { make: badge, kind: 'whole' },
  github: { make: github, kind: 'stream' },
};

export interface ReportOptions {
  readonly level: 'must' | 'should';
  readonly verbose: boolean;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the run runs on, where it is run now. */
  readonly machine?: string;
  /** Nothing comes beside the reports that are asked for. @default false */
  readonly quiet?: boolean;
}

/** Reporters that are ready to be told of a run. */
export interface Reports {
  readonly reporters: readonly Reporter[];
  /** Gives up what has not been completed. */
  readonly discard: () => Promise<void>;
}

interface Wanted {
  readonly spec: string;
  readonly name: string;
  readonly file: string | undefined;
}

/**
 * Opens everything that `--reporter NAME[=FILE]` asks for, before anything runs. Reports that go to files
 * come beside the terminal's, unless another one has standard output.
 * @throws InputError for an unknown name, for two reports in one place, and where a file cannot be written.
 */
export async function openReports(specs: readonly string[], options: ReportOptions): Promise<Reports> {
  const wanted = specs.map(parse);
  if (!options.quiet && !wanted.some(({ name, file }) => file === undefined || name === 'terminal')) {
    wanted.unshift({ spec: 'terminal', name: 'terminal', file: undefined });
  }
  proveApart(wanted);
  const opened: Output[] = [];
  const ready: Reporter[] = [];
  // Inside Actions the annotations come by themselves, beside whatever has standard output: the runner reads both.
  if (
    !options.quiet &&
    options.env.GITHUB_ACTIONS === 'true' &&
    !wanted.some(({ name }) => name === 'github')
  ) {
    const out = toStream(options.stderr);
    opened.push(out);
    ready.push({ name: 'github', ...github({ out, ...look(undefined, options) }) });
  }
  const discard = async (): Promise<void> => {
    await Promise.all(opened.map((out) => out.discard()));
  };
  for (const { spec, name, file } of wanted) {
    const made = reporters[name];
    if (!made) throw new Error(`no reporter ${name}`);
    try {
      const out = file === undefined ? toStream(options.stdout) : await toFile(file, made.kind);
      opened.push(out);
      const second = besideOf({ name, file });
      const beside = second === undefined ? undefined : await toFile(second, 'whole');
      if (beside) opened.push(beside);
      const context = {
        ...{ out, ...look(file, options) },
        ...(beside && second !== undefined ? { beside: { name: basename(second), out: beside } } : {}),
      };
      ready.push({ name: spec, ...made.make(context) });
    } catch (cause) {
      await discard();
      throw new InputError(`--reporter ${spec}: cannot be written: ${(cause as Error).message}`, { cause });
    }
  }
  return { reporters: ready, discard };
}

function parse(spec: string): Wanted {
  const [, name = spec, file] = /^([^=]*)=(.*)$/s.exec(spec) ?? [];
  if (!reporters[name]) {
    throw new InputError(
      `--reporter ${spec}: no such reporter; there is: ${Object.keys(reporters).join(', ')}`,
    );
  }
  if (file === '')
    throw new InputError(`--reporter ${spec}: names no file; leave out the = for standard output`);
  return { spec, name, file: file === '-' ? undefined : file };
}

function proveApart(wanted: readonly Wanted[]): void {
  for (const [at, one] of wanted.entries()) {
    const other = wanted
      .slice(0, at)
      .find((before) => placesOf(before).some((place) => placesOf(one).includes(place)));
    if (!other) continue;
    const where = placesOf(other).find((place) => placesOf(one).includes(place)) ?? 'standard output';
    throw new InputError(
      `--reporter ${one.spec}: ${other.name} writes to ${where} already; write ${one.name}=FILE`,
    );
  }
}

/** All the files that a report comes to be in; none is standard output. */
function placesOf({ name, file }: Pick<Wanted, 'name' | 'file'>): readonly (string | undefined)[] {
  const second = besideOf({ name, file });
  return second === undefined ? [file] : [file, second];
}

/** `report.html` has `report.recordings.ndjson` beside it; a device or a pipe has nothing. */
function besideOf({ name, file }: Pick<Wanted, 'name' | 'file'>): string | undefined {
  const ending = reporters[name]?.beside;
  if (ending === undefined || file === undefined || !isPlace(file)) return undefined;
  return `${file.replace(/\.[^./\\]*$/, '')}${ending}`;
}

/** How a terminal, a pipe or a file is written for. */
function look(file: string | undefined, { level, verbose, stdout, env, machine }: ReportOptions) {
  const isTerminal = file === undefined && stdout.isTTY === true && env.TERM !== 'dumb';
  return {
    level,
    verbose,
    color: file === undefined && wantsColor(isTerminal, env),
    live: isTerminal,
    width: Math.min(110, Math.max(60, isTerminal ? stdout.columns : 80)),
    place: findPlace(process.cwd(), env),
    ...(machine === undefined ? {} : { machine }),
    ...(env.GITHUB_STEP_SUMMARY ? { summary: env.GITHUB_STEP_SUMMARY } : {}),
  };
}

/** As https://no-color.org and https://force-color.org have it; the former is the stronger wish. */
export function wantsColor(isTerminal: boolean, env: ReportOptions['env']): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTerminal;
}
