import { type Command, Option } from 'commander';
import type { SurfaceName } from '../contract/requirement.ts';
import { type Dialects, dialects, once, pairs, several, surfaceName, time, whole } from './arguments.ts';

/** What `load` was asked for. */
export interface LoadOptions {
  readonly target?: string;
  readonly surface?: SurfaceName;
  readonly dialect: Dialects;
  readonly driver: 'k6' | 'node';
  readonly set: Readonly<Record<string, string>>;
  readonly slo: readonly string[];
  readonly repeat: number;
  /** Of `saturate`. */
  readonly param?: 'connections' | 'rate';
  readonly budget?: number;
  readonly against?: string;
  readonly compare?: string;
  readonly seed: number;
  readonly out?: string;
  readonly exportK8s?: string;
  readonly segments: number;
  readonly listen?: string;
  readonly generators?: number;
  /** False: neither ceiling nor floor is measured. */
  readonly calibration: boolean;
  readonly list: boolean;
  readonly dryRun: boolean;
  readonly verbose: boolean;
}

/** What `load-prove` was asked for. */
export interface LoadProveOptions {
  readonly only: readonly string[];
  readonly driver: readonly ('k6' | 'node')[];
  readonly out: string;
  /** Folder of a run that is to be killed. */
  readonly coordinate?: string;
}

const largestSeed = 2 ** 32 - 1;

/** Adds the options of `load`; `act` is called with the profile, if one was named, and what the options come to. */
export function loadCommand(
  program: Command,
  act: (profile: string | undefined, options: LoadOptions) => Promise<void>,
): void {
  program
    .command('load')
    .description(
      'Puts a server under load and measures how long its events take, with the proof that the numbers are its own.',
    )
    .argument('[profile]', 'a profile (see --list), the path of a file with one, or saturate')
    .option(
      '--target <file|url>',
      'target file, or the URL of one server; default: the reference server',
      once,
    )
    .option(
      '--surface <surface>',
      'pusher, emit or beam; default: the first that the profile has',
      surfaceName,
    )
    .option('--dialect <surface=name...>', 'dialect of the payloads', dialects, {})
    .addOption(
      new Option('--driver <name>', 'who makes the bulk of the load').choices(['k6', 'node']).default('k6'),
    )
    .option('--set <key=value...>', 'a number of every stage; several values make a stage each', pairs, {})
    .option('--slo <condition...>', 'such as last.p99<50ms; a bare p99 is last.p99', several, [])
    .addOption(
      new Option('--param <name>', 'saturate: what is raised until something gives').choices([
        'connections',
        'rate',
      ]),
    )
    .option('--budget <time>', 'saturate: how long the search may take, such as 10m or 300s', time)
    .option(
      '--repeat <n>',
      'performs each stage so often, each time on a reference server of its own; comparisons need 5',
      whole(1, 100),
    )
    .option(
      '--against <file|url>',
      'another server, measured in turn with the first; 5 times, if --repeat does not say',
      once,
    )
    .option('--compare <result.json>', 'a stored run: is this one worse?', once)
    .option('--seed <n>', 'draws the same again; default: random, and printed', whole(0, largestSeed))
    .option('--out <folder>', 'where the reports go; default: reports/load/ and the id of the run', once)
    .option('--export-k8s <folder>', 'write what performs it in a cluster, with k6-operator', once)
    .option('--segments <n>', 'k6 processes of --export-k8s', whole(1, 1000), 4)
    .option('--listen <host:port>', 'wait there for generators that others start', once)
    .option('--generators <n>', 'how many VUs they are; of --export-k8s: the segments', whole(1, 10_000))
    .option(
      '--no-calibration',
      'measure neither ceiling nor floor: done in seconds, and what the generator adds to a latency is not known, so no SLO on one',
    )
    .option('--list', 'print the profiles, and on which surface and with which driver each is offered', false)
    .option('--dry-run', 'print what would be done, and at what cost', false)
    .option('--verbose', 'more of what happens', false)
    .addHelpText('after', loadHelp)
    .action(
      (
        profile: string | undefined,
        raw: Omit<LoadOptions, 'seed' | 'repeat'> & { readonly seed?: number; readonly repeat?: number },
      ) =>
        act(profile, {
          ...raw,
          seed: raw.seed ?? Math.floor(Math.random() * largestSeed),
          repeat: raw.repeat ?? (raw.against === undefined ? 1 : 5),
        }),
    );
}

/** Adds the options of `load-prove`. */
export function loadProveCommand(program: Command, act: (options: LoadProveOptions) => Promise<void>): void {
  program
    .command('load-prove')
    .description(
      'Proves that loads measure what is there, on a server that does wrong and keeps a ledger of it.',
    )
    .option('--only <proof...>', 'only these, by name', several, [])
    .addOption(
      new Option('--driver <name...>', 'who makes the bulk of the load')
        .choices(['k6', 'node'])
        .default(['node', 'k6'], 'both'),
    )
    .option('--out <folder>', 'where load-prove.json is written', 'reports')
    .addOption(new Option('--coordinate <folder>', 'be a run that is to be killed').hideHelp())
    .addHelpText('after', loadProveHelp)
    .action((options: LoadProveOptions) => act(options));
}

const loadProveHelp = `
Exit codes:
  0  whatever was injected was measured as it was
  1  something was not
  3  something could not be tried, such as k6 where there is none (--driver node leaves it out)`;

const loadHelp = `
Exit codes (the first that fits):
  2  usage, configuration, limits, or a profile that does not apply
  1  what no generator can cause: a leak, a ghost, a wrong accept, a changed payload, a broken MUST
  3  target unreachable, interrupted, or the harness itself broke
  5  invalid: the generator or the calibration broke; no number is claimed
  1  a gate or an SLO does not hold
  0  pass

Examples:
  plumbline load smoke
  plumbline load fanout --target server.yaml --surface emit --slo 'last.p99<50ms'
  plumbline load fanout --set subscribers=100,300 --driver node
  plumbline load saturate --param rate --budget 10m
  plumbline load fanout --target new.yaml --against old.yaml --set subscribers=200`;
