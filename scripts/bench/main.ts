import { writeFileSync } from 'node:fs';
import { arch, availableParallelism, type } from 'node:os';
import { join } from 'node:path';
import type { Contract } from '../../src/contract/contract.ts';
import { loadContract } from '../../src/contract/load.ts';
import { type BenchResult, inWords, isMet } from './bench-result.ts';
import { compare, type Effort } from './compare.ts';
import { type NamedPair, pairsOf } from './in-process.ts';
import { type BenchOptions, helpText, optionsOf } from './options.ts';
import { againstOther } from './other-validator.ts';
import { profileOf, topFunctions } from './profile.ts';
import { startUp } from './start-up.ts';
import { recordStreams } from './streams.ts';
import { suiteCost } from './suite-cost.ts';

/** What this needs of the scripts beside it, which are plain JavaScript and stay out of the bundle. */
export interface Surroundings {
  readonly root: string;
  /** Installs the packages of a folder by its lockfile. */
  readonly install: (folder: string) => Promise<void>;
  /** Jobs of each recorded stream. @default 40 */
  readonly jobs?: number;
}

/** As in the table of exit codes of `conform`. */
const exitCodeOfUsage = 2;

/** Measures what it is asked for and says what it came to. Resolves to the exit code. */
export async function bench(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  let options: BenchOptions;
  try {
    options = optionsOf(argv);
  } catch (cause) {
    process.stderr.write(`bench: ${(cause as Error).message}\n`);
    return exitCodeOfUsage;
  }
  if (options.help) {
    process.stdout.write(helpText);
    return 0;
  }
  const results: BenchResult[] = [];
  for await (const result of measured(options, surroundings)) {
    results.push(result);
    process.stdout.write(`${inWords(result)}\n`);
  }
  if (results.length === 0) {
    process.stderr.write(`bench: --only ${options.only}: nothing is called so\n`);
    return exitCodeOfUsage;
  }
  const missed = results.filter((result) => isMet(result) === false).map(({ id }) => id);
  const aims = results.filter(({ aim }) => aim).length;
  process.stdout.write(
    `bench: ${results.length} measured; ${aims - missed.length} of ${aims} aims met` +
      `${missed.length > 0 ? `, missed: ${missed.join(', ')}` : ''}\n`,
  );
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify(document(results), null, 2)}\n`);
  return 0;
}

async function* measured(
  options: BenchOptions,
  surroundings: Surroundings,
): AsyncGenerator<BenchResult, void, undefined> {
  const { seconds, repeats, only, budget } = options;
  const effort: Effort = { repeats, ms: (1000 * seconds) / (2 * (repeats + 1)) };
  const wants = (id: string): boolean => id.includes(only);
  const contract = await loadContract(undefined, surroundings.root);
  for await (const pair of pairs(surroundings, contract, wants))
    if (wants(pair.id)) yield measure(pair, effort);
  if (anyOf(wants, 'start-up', ['list', 'version', 'launcher'])) yield* startUp(surroundings.root, repeats);
  if (anyOf(wants, 'suite', ['wall', 'cpu']))
    yield* await suiteCost(surroundings.root, contract, { repeats, budgetMs: 1000 * budget }, progress);
}

/** Said beside the results, which are read by others. */
function progress(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

/** Whether any of a group of measurements is wanted. */
const anyOf = (wants: (id: string) => boolean, group: string, members: readonly string[]): boolean =>
  members.some((member) => wants(`${group} ${member}`));

async function* pairs(
  { root, install, jobs = 40 }: Surroundings,
  contract: Contract,
  wants: (id: string) => boolean,
): AsyncGenerator<NamedPair, void, undefined> {
  const streams = await recordStreams(contract, jobs);
  yield* pairsOf(contract, streams);
  if (!anyOf(wants, 'asyncapi-validator', ['judge', 'schema', 'parse'])) return;
  try {
    await install(join(root, 'scripts/bench/asyncapi-validator'));
  } catch (cause) {
    // Without a registry the rest can be measured all the same.
    process.stderr.write(`bench: asyncapi-validator is not measured: ${(cause as Error).message}\n`);
    return;
  }
  yield* await againstOther(root, contract, streams.emit);
}

async function measure({ subject, base, ...about }: NamedPair, effort: Effort): Promise<BenchResult> {
  const result: BenchResult = { ...about, ratio: await compare({ subject, base }, effort) };
  if (isMet(result) !== false) return result;
  const ours = about.aim && 'least' in about.aim ? base : subject;
  return { ...result, profile: topFunctions(await profileOf(() => forAWhile(ours))) };
}

/** Long enough for some thousand samples of a profile. */
function forAWhile(work: () => unknown): void {
  const until = performance.now() + 1500;
  while (performance.now() < until) work();
}

function document(results: readonly BenchResult[]): object {
  return {
    format: 'plumbline-bench/1',
    at: new Date().toISOString(),
    machine: `Node ${process.versions.node}, ${type()} ${arch()}, ${availableParallelism()} CPUs`,
    results: results.map((result) => {
      const met = isMet(result);
      return met === undefined ? result : { ...result, met };
    }),
  };
}
