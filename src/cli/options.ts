import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import type { SurfaceName } from '../contract/requirement.ts';
import { type Dialects, decimal, dialects, once, pairs, several, surfaces, whole } from './arguments.ts';

/** What `conform` was asked for. */
export interface ConformOptions {
  readonly target?: string;
  /** A shell command line that starts a client: it is judged, and no server. */
  readonly client?: string;
  readonly surface: readonly SurfaceName[];
  readonly dialect: Dialects;
  readonly only: readonly string[];
  readonly level: 'must' | 'should';
  readonly jobs: number;
  readonly repeat: number;
  readonly bail: boolean;
  /** Drawn where none is given. */
  readonly seed: number;
  readonly timeoutMultiplier: number;
  readonly waitForTarget: number;
  readonly slow: boolean;
  readonly destructive: boolean;
  readonly optional: boolean;
  readonly baseline?: string;
  readonly updateBaseline: boolean;
  readonly reporter: readonly string[];
  readonly list: boolean;
  readonly dryRun: boolean;
  readonly explain?: string;
  /** A surface, or a server of `examples/targets`. */
  readonly exampleTarget?: string;
  readonly verbose: boolean;
}

/** What `report` was asked for. */
export interface ReportCommandOptions {
  readonly reporter: readonly string[];
  readonly against?: string;
  readonly partial: boolean;
  readonly level: 'must' | 'should';
  readonly verbose: boolean;
}

/** What `serve` was asked for. */
export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly writeTarget?: string;
  readonly dialect: Dialects;
  readonly flow?: string;
  readonly loop: boolean;
  readonly tls: boolean;
  readonly reading: Readonly<Record<string, string>>;
  readonly fault: readonly string[];
  readonly impostor?: string;
  readonly listFaults: boolean;
  readonly listImpostors: boolean;
  readonly verbose: boolean;
}

/** What `flakes` was asked for. */
export interface FlakesOptions {
  readonly runs: number;
  /** CPU hogs beside every other run. */
  readonly hogs: number;
  /** Scenes at a time; undefined: 1, 16 and 32 in turn. */
  readonly jobs?: number;
  readonly seed: number;
  /** Options of `conform`, as they were given. */
  readonly rest: readonly string[];
}

/** What `prove` was asked for. */
export interface ProveOptions {
  readonly only: readonly string[];
  readonly surface: readonly SurfaceName[];
  readonly jobs: number;
  readonly out: string;
}

/** What `matrix` was asked for. */
export interface MatrixOptions {
  /** Files that `--reporter json` wrote. */
  readonly results: readonly string[];
  readonly out: string;
}

/** What `specs` was asked for. */
export interface SpecsOptions {
  readonly verbose: boolean;
  /** Write the pages that list what is asked. */
  readonly write: boolean;
}

/** Where `serve` listens unless it is told otherwise: the same at every start, so that clients can be written against it. */
export const usualPort = 7007;

const largestSeed = 2 ** 32 - 1;

/** Adds the options of `conform`; `act` is called with what they come to. */
export function conformCommand(program: Command, act: (options: ConformOptions) => Promise<void>): void {
  program
    .command('conform')
    .description(
      'Judges servers by the documents of their surfaces. Without --target: the reference server in this process.',
    )
    .option('--target <file|url>', 'target file (YAML or JSON), or the URL of one server', once)
    .option('--client <command>', 'judge a client in place of a server; how it is told, see below', once)
    .option('--surface <surface...>', 'only targets of these surfaces: pusher, beam, emit', surfaces, [])
    .option('--dialect <surface=name...>', 'dialect of every target of a surface', dialects, {})
    .option('--only <pattern...>', 'only these: [TARGET:]CASE, with * and **, or a requirement', several, [])
    .addOption(
      new Option('--level <level>', 'what decides the exit code').choices(['must', 'should']).default('must'),
    )
    .option('--jobs <n>', 'scenes at a time', whole(1, 1024), 32)
    .option('--repeat <n>', 'rounds; a check that comes out differently is flaky, and fails', whole(1), 1)
    .option('--bail', 'stop at the first failure that decides the exit code', false)
    .option('--seed <n>', 'draws the same again; default: random, and printed', whole(0, largestSeed))
    .option('--timeout-multiplier <x>', 'scales every deadline', decimal('above 0'), 1)
    .option(
      '--wait-for-target <seconds>',
      'tries so long to reach a target that is not up yet',
      decimal('from 0'),
      0,
    )
    .option('--slow', 'also what needs more than 5 s of real time', false)
    .option('--destructive', 'also illegal frames and messages past any size; loopback only', false)
    .option(
      '--optional',
      'also features that a target does not claim, at level MAY: they decide nothing',
      false,
    )
    .option('--baseline <file>', 'known failures: excused, as long as they stay as they are', once)
    .option('--update-baseline', 'write into that file what failed, and remove what no longer does', false)
    .option(
      '--reporter <name=file...>',
      `terminal, json, ndjson, html, junit, ctrf, sarif, tap, markdown, badge, github; without a file on standard output, with one beside the terminal's`,
      several,
      [],
    )
    .option('--list', 'print the cases, and run none', false)
    .option('--dry-run', 'print what would be done, at what cost, and what cannot be tested and why', false)
    .option('--explain <id>', 'print what a case, requirement, open point or fault is about', once)
    .option(
      '--example-target <name>',
      'print a target file to start from: of a surface, or of a known server',
      once,
    )
    .option('--verbose', 'every case, and more of the wire', false)
    .addHelpText('after', conformHelp)
    .action((raw: Omit<ConformOptions, 'seed'> & { readonly seed?: number }) =>
      act({ ...raw, seed: raw.seed ?? Math.floor(Math.random() * largestSeed) }),
    );
}

/** Adds the options of `serve`. */
export function serveCommand(program: Command, act: (options: ServeOptions) => Promise<void>): void {
  program
    .command('serve')
    .description('Serves all three surfaces, correctly, on one port; or with faults on demand.')
    .option('--port <n>', '0: any that is free', whole(0, 65535), usualPort)
    .option('--host <address>', 'where to listen; 0.0.0.0 for other machines too', once, undefined)
    .option('--write-target <file>', 'write a target file by which conform reaches this server', once)
    .option('--dialect <surface=name...>', 'offer only this dialect of a surface', dialects, {})
    .option('--flow <name>', 'a flow of the emit surface that happens by itself', once)
    .option('--loop', 'play the flow again and again', false)
    .option('--tls', 'wss and https, with a certificate made for this run', false)
    .option('--reading <point=value...>', 'how an open point of the documents is read', pairs, {})
    .option('--fault <id...>', 'break something on purpose', several, [])
    .option('--impostor <name>', 'serve somebody who knows nothing instead', once)
    .option('--list-faults', 'print the faults there are', false)
    .option('--list-impostors', 'print the impostors there are', false)
    .option('--verbose', 'say what happens', false)
    .addHelpText('after', serveHelp)
    .action((raw: Omit<ServeOptions, 'host'> & { readonly host?: string }) =>
      act({ ...raw, host: raw.host ?? '127.0.0.1' }),
    );
}

/** Adds the options of `flakes`. What it does not know is for `conform`. */
export function flakesCommand(program: Command, act: (options: FlakesOptions) => Promise<void>): void {
  program
    .command('flakes')
    .description(
      'Runs conform again and again, every other time beside processes that hog the CPU, and fails on any change of outcome.',
    )
    .usage('[options] [options of conform]')
    .argument('[options...]', 'options of conform')
    .allowUnknownOption()
    .option('--runs <n>', 'how often', whole(2, 10_000), 10)
    .option('--hogs <n>', 'processes that spin beside every other run', whole(0, 64), 4)
    .option('--jobs <n>', 'scenes at a time; default: 1, 16 and 32 in turn', whole(1, 1024))
    .option('--seed <n>', 'the first run draws by it, each further one by the next', whole(0, largestSeed), 1)
    .action((rest: readonly string[], raw: Omit<FlakesOptions, 'rest'>) => act({ ...raw, rest }));
}

/** Adds the options of `prove`. */
export function proveCommand(program: Command, act: (options: ProveOptions) => Promise<void>): void {
  program
    .command('prove')
    .description('Puts every fault of the reference server, and servers that know nothing, to the suites.')
    .option('--only <pattern...>', 'only these: a fault, impostor/NAME, a case or a requirement', several, [])
    .option('--surface <surface...>', 'only these surfaces: pusher, beam, emit', surfaces, [])
    .option('--jobs <n>', 'servers at a time', whole(1, 64), 5 * availableParallelism())
    .option('--out <folder>', 'where the kill matrix is written', 'reports')
    .addHelpText('after', proveHelp)
    .action((options: ProveOptions) => act(options));
}

/** Adds the options of `matrix`. */
export function matrixCommand(program: Command, act: (options: MatrixOptions) => Promise<void>): void {
  program
    .command('matrix')
    .description('Writes target × requirement of JSON results, as Markdown and as HTML.')
    .argument('<result...>', 'files that conform --reporter json=FILE has written')
    .option('--out <folder>', 'where matrix.md and matrix.html are written', 'reports')
    .action((results: readonly string[], { out }: { readonly out: string }) => act({ results, out }));
}

/** Adds the options of `report`. */
export function reportCommand(
  program: Command,
  act: (file: string, options: ReportCommandOptions) => Promise<void>,
): void {
  program
    .command('report')
    .description('Renders a stored run again, or says what has changed since another one.')
    .argument('<file>', 'what conform or load has written: a result (JSON) or a stream (NDJSON)')
    .option('--reporter <name=file...>', 'see below; the terminal if none is given', several, [])
    .option('--against <file>', 'an earlier run: print new failures, what is fixed, what changed', once)
    .option('--partial', 'also a run that did not end', false)
    .addOption(
      new Option('--level <level>', 'which failures gate').choices(['must', 'should']).default('must'),
    )
    .option('--verbose', 'every case, and more of the wire', false)
    .addHelpText('after', reportHelp)
    .action((file: string, options: ReportCommandOptions) => act(file, options));
}

/** Adds the options of `specs`. */
export function specsCommand(program: Command, act: (options: SpecsOptions) => Promise<void>): void {
  program
    .command('specs')
    .description('Compiles the specs anew, and shows what of them no case asks for.')
    .option('--verbose', 'also what is not tested, and why', false)
    .option('--write', 'write specs/*/catalogue.md: all requirements, cases and faults', false)
    .addHelpText('after', specsHelp)
    .action((options: SpecsOptions) => act(options));
}

const proveHelp = `
Exit codes:
  0  every fault is killed, every MUST check can fail, no impostor passes any        2  usage
  1  they are not: each problem is named        3  could not be run to its end

Examples:
  plumbline prove --surface beam --out /tmp/beam
  plumbline prove --only 'emit/admits-*' --only impostor/echo --out /tmp/part`;

const reportHelp = `
Reporters of a run of conform:  the same as there
Reporters of a load run:        terminal, html, junit, markdown, csv, hgrm, json

Exit codes:
  0  written, whatever the run came to        1  --against: something fails that did not        2  usage, or no such run

Examples:
  plumbline report reports/conform.ndjson --reporter sarif=reports/conform.sarif
  plumbline report now.json --against before.json
  plumbline report reports/load/RUN/result.json --reporter html=run.html
  plumbline report reports/load/RUN/events.ndjson --partial     a load run that was killed`;

const specsHelp = `
Exit codes:
  0  the suites ask for all of it        1  they do not, or ask for what is said not to be tested        2  a spec is broken`;

const conformHelp = `
A client under test (--client COMMAND) is started anew for each scene. It finds in its environment:
  PLUMBLINE_HOST, PLUMBLINE_PORT   where to connect, by ws://       PLUMBLINE_APP_KEY    key of the app
  PLUMBLINE_AUTH_URL               signs, for                       PLUMBLINE_TOKEN      as Authorization: Bearer
  PLUMBLINE_CHANNEL                its private channel, which is private-client. and   PLUMBLINE_CLIENT_ID
  PLUMBLINE_EVENT                  the event to listen for          PLUMBLINE_DIALECT    modelbeam or dryapi
With --surface emit it is PLUMBLINE_STREAM_URL that it connects to, until the job has ended. Else:
it subscribes, prints each event that it hears as a line of JSON, leaves its channel when it reads the line "leave",
disconnects at "disconnect", and ends with its input or at SIGTERM.

Exit codes:
  0  conformant, or known failures only        3  could not be judged in full: target down, interrupted, …
  1  non-conformant                            4  a MUST check is untestable on this target
  2  usage or target file                    130  stopped by a second Ctrl-C

Examples:
  plumbline conform                                          the reference server, to see that all is well
  plumbline conform --example-target emit > my-server.yaml   a file to fill in
  plumbline conform --target my-server.yaml --dry-run        what it would do, offline
  plumbline conform --target my-server.yaml --only 'emit/scope/**'
  plumbline conform --client 'node my-client.js' --dialect pusher=dryapi
  plumbline conform --target my-server.yaml --reporter junit=reports/conform.xml --reporter json=reports/conform.json`;

const serveHelp = `
Examples:
  plumbline serve                                        all surfaces on port ${usualPort}
  plumbline serve --port 0 --write-target server.yaml    then: plumbline conform --target server.yaml
  plumbline serve --list-faults
  plumbline serve --fault emit/checkpoint-kept-for-progress`;
