import { Command, CommanderError, Help, type Option } from 'commander';
import { exitCodes, failureOf, leave } from './exit.ts';
import { loadCommand, loadProveCommand } from './load-options.ts';
import {
  conformCommand,
  flakesCommand,
  matrixCommand,
  proveCommand,
  reportCommand,
  serveCommand,
  specsCommand,
} from './options.ts';
import { version } from './version.ts';

const verbose = process.argv.includes('--verbose') || Boolean(process.env.PLUMBLINE_DEBUG);

// A reader that goes away (`| head`) is no crash; whoever must know whether it was written asks at each write.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, fail);

try {
  await leave(await main(process.argv.slice(2)));
} catch (cause) {
  await fail(cause);
}

/** Arguments in, exit code out. What a command is made of is loaded when it is called. */
async function main(args: readonly string[]): Promise<number> {
  let exit: number = exitCodes.done;
  const program = new Command('plumbline')
    .description('A conformance harness and reference server for three realtime event surfaces.')
    .version(version())
    .exitOverride()
    .configureHelp({ optionDescription })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'plumbline: ')) });
  conformCommand(program, async (options) => {
    const { conform } = await import('./conform.ts');
    exit = await conform(options);
  });
  serveCommand(program, async (options) => {
    const { serve } = await import('./serve.ts');
    exit = await serve(options);
  });
  flakesCommand(program, async (options) => {
    const { flakes } = await import('./flakes.ts');
    exit = await flakes(options);
  });
  proveCommand(program, async (options) => {
    const { prove } = await import('./prove.ts');
    exit = await prove(options);
  });
  matrixCommand(program, async (options) => {
    const { matrix } = await import('./matrix.ts');
    exit = await matrix(options);
  });
  reportCommand(program, async (file, options) => {
    const { report } = await import('./report.ts');
    exit = await report(file, options);
  });
  loadCommand(program, async (profile, options) => {
    const { load } = await import('./load.ts');
    exit = await load(profile, options);
  });
  loadProveCommand(program, async (options) => {
    const { loadProve } = await import('./load-prove.ts');
    exit = await loadProve(options);
  });
  specsCommand(program, async (options) => {
    const { specs } = await import('./specs.ts');
    exit = await specs(options);
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    // It has printed what there is to say; 0 is help or version that was asked for.
    return cause.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  return exit;
}

/** An empty list or an unset switch is no default worth a word. */
function optionDescription(option: Option): string {
  const { defaultValue, description } = option;
  const isEmpty =
    defaultValue === false || (typeof defaultValue === 'object' && Object.keys(defaultValue).length === 0);
  return isEmpty ? description : new Help().optionDescription(option);
}

async function fail(cause: unknown): Promise<never> {
  const { exit, message } = failureOf(cause, verbose);
  process.stderr.write(`${message}\n`);
  return leave(exit);
}
