import type { Baseline } from '../conform/baseline/baseline.ts';
import type { RunResult } from '../conform/run.ts';
import { type Contract, InputError } from '../contract/contract.ts';
import { loadContract } from '../contract/load.ts';
import { surfaceNames } from '../contract/requirement.ts';
import type { Target } from '../target/target.ts';
import { again } from './again.ts';
import type { BaselineInUse } from './baseline.ts';
import { exitCodes } from './exit.ts';
import { onInterrupt } from './interrupt.ts';
import { machine } from './machine.ts';
import type { ConformOptions } from './options.ts';
import { chooseTargets } from './targets.ts';

/** `plumbline conform`: judges targets, or prints what it would do. Resolves to the exit code. */
export async function conform(options: ConformOptions): Promise<number> {
  if (options.exampleTarget) {
    return print(await example(options.exampleTarget));
  }
  const contract = await loadContract();
  const isOffline = options.list || options.dryRun || options.explain !== undefined;
  const baseline = isOffline ? undefined : await openBaseline(options, contract);
  // From here on there may be files, threads and programs to tidy up after.
  const interrupt = isOffline
    ? undefined
    : onInterrupt(() => say('\nplumbline: stopping; once more to stop at once'));
  try {
    const { targets, names, close } = await chooseTargets(options, contract, isOffline);
    try {
      if (!interrupt) return await look(options, contract, targets);
      const known = baseline && { file: baseline, names: await names() };
      return await judge(options, contract, targets, interrupt.signal, known);
    } finally {
      await close();
    }
  } finally {
    interrupt?.release();
    await baseline?.discard();
  }
}

/** @throws InputError where there is none of that name. */
async function example(name: string): Promise<string> {
  const { exampleTarget } = await import('../target/example.ts');
  const surface = surfaceNames.find((one) => one === name);
  if (surface) return exampleTarget(surface);
  const { exampleServer, exampleServers } = await import('../target/example-servers.ts');
  const servers = exampleServers();
  if (servers.includes(name)) return exampleServer(name);
  throw new InputError(
    `--example-target ${name}: there is one for each surface (${surfaceNames.join(', ')}) and for ${servers.join(', ')}`,
  );
}

/** What is there, and what would be done: no connection is made. */
async function look(
  options: ConformOptions,
  contract: Contract,
  targets: readonly Target[],
): Promise<number> {
  const { planned } = await import('./judge-targets.ts');
  const { plans } = await planned(options, contract, targets);
  if (options.explain !== undefined) {
    const { explain } = await import('./explain.ts');
    return print(explain(options.explain, contract, plans));
  }
  if (options.list) {
    const { list } = await import('./list.ts');
    return print(list(plans));
  }
  const { dryRun } = await import('./dry-run.ts');
  return print(dryRun(plans, options.verbose));
}

async function judge(
  options: ConformOptions,
  contract: Contract,
  targets: readonly Target[],
  signal: AbortSignal,
  known?: { readonly file: BaselineInUse; readonly names: readonly string[] },
): Promise<number> {
  const [{ judgeTargets }, { openReports }] = await Promise.all([
    import('./judge-targets.ts'),
    import('../report/index.ts'),
  ]);
  const { level, verbose } = options;
  const { stdout, stderr, env } = process;
  const reports = await openReports(options.reporter, {
    ...{ level, verbose, stdout, stderr, env },
    machine: machine(),
  });
  try {
    const { result, baseline } = await judgeTargets(options, {
      ...{ contract, targets, signal, say, command: again(options), reporters: reports.reporters },
      ...(known ? { known } : {}),
    });
    if (known && baseline && !(await updated(known.file, baseline, result))) {
      return result.exit === 1 ? result.exit : exitCodes.broken;
    }
    return result.exit;
  } finally {
    await reports.discard();
  }
}

/** Read before anything is started, and only where there is one. */
async function openBaseline(options: ConformOptions, contract: Contract): Promise<BaselineInUse | undefined> {
  if (options.baseline === undefined && !options.updateBaseline) return undefined;
  const { BaselineInUse } = await import('./baseline.ts');
  return BaselineInUse.open(options.baseline, options, contract);
}

/** False where the file could not be written. */
async function updated(file: BaselineInUse, baseline: Baseline, result: RunResult): Promise<boolean> {
  try {
    await file.update(baseline, result, say);
    return true;
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    say(`plumbline: the baseline could not be written, and is as it was: ${(cause as Error).message}`);
    return false;
  }
}

function print(text: string): number {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return exitCodes.done;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
