import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suites } from '../../suites/index.ts';
import { type Contract, InputError } from '../contract/contract.ts';
import { loadContract } from '../contract/load.ts';
import type { SurfaceName } from '../contract/requirement.ts';
import type { BulkDriver } from '../load/drivers/driver.ts';
import { jobsOf, onlyConnects, publishesOf, type StageShape } from '../load/plan/load-plan.ts';
import { lackingFor } from '../load/prepare/prepare.ts';
import { loadProfile, type Profile, shapeOf } from '../load/profile/profile.ts';
import { withSettings } from '../load/profile/settings.ts';
import { writeLoadFolder, writeLoadReports } from '../load/report/load-reporters.ts';
import { isLoad, readLoad } from '../load/report/read-load.ts';
import { openFiles } from '../load/run/environment.ts';
import { diallingShare, mostDialling, probesFor } from '../load/run/measure.ts';
import { RunFiles } from '../load/run/run-files.ts';
import { type LoadRun, runLoad, type Server } from '../load/run/run-load.ts';
import { runSaturate, saturation } from '../load/run/run-saturate.ts';
import { type Gate, isOfServer, readGate, samplesNeeded } from '../load/verdict/gates.ts';
import type { LoadResult } from '../load/verdict/load-result.ts';
import type { Target } from '../target/target.ts';
import { exitCodes } from './exit.ts';
import { onInterrupt } from './interrupt.ts';
import { controlOf, exportCluster, proveExternal } from './load-cluster.ts';
import { loadDryRun, loadList } from './load-list.ts';
import type { LoadOptions } from './load-options.ts';
import { LoadProgress } from './load-progress.ts';
import { chooseLoadTarget, type LoadTarget } from './load-target.ts';
import { resultText } from './result-text.ts';
import { version } from './version.ts';

/** How long a search may take where nobody says. */
const usualBudgetMs = 10 * 60_000;

/** Files that a process has open beside its connections. */
const otherFiles = 200;

/** `plumbline load PROFILE`: resolves to the exit code. */
export async function load(profileName: string | undefined, asked: LoadOptions): Promise<number> {
  const contract = await loadContract();
  if (asked.list) {
    process.stdout.write(await loadList(contract));
    return exitCodes.done;
  }
  if (profileName === undefined) {
    throw new InputError('load: needs a profile, such as smoke or fanout; --list prints them');
  }
  const isSearch = profileName === 'saturate';
  if (!isSearch && (asked.param !== undefined || asked.budget !== undefined)) {
    throw new InputError('--param and --budget: are for load saturate');
  }
  const profile = await loadProfile(isSearch ? 'fanout' : profileName, contract);
  const stages = withSettings(profile.stages, asked.set).map((stage) => shapeOf(stage, profile.publishes));
  const options = proveStreams(profile, stages, asked);
  const gates = [
    ...profile.gates,
    ...(isSearch ? saturation.gates : []).map((text) => readGate(text, 'profile')),
    ...options.slo.map((text) => readGate(text, 'slo')),
  ];
  proveGates(gates, stages);
  proveCalibration(gates, options, isSearch);
  proveProfile(profile, options);
  if (options.exportK8s !== undefined) {
    process.stdout.write(await exportCluster(options.exportK8s, profile, stages, options));
    return exitCodes.done;
  }
  const control = controlOf(options, process.env);
  if (control) proveExternal(profile, stages, options, '--listen');
  const interrupt = onInterrupt();
  let chosen = await chooseLoadTarget(options, profile.surfaces, contract);
  try {
    const { target } = chosen;
    proveTarget(target, profile, stages);
    proveGates(gates, stages, target.surface);
    if (options.dryRun) {
      process.stdout.write(loadDryRun(profile, stages, `${target.name} (${target.surface})  ${target.at}`));
      return exitCodes.done;
    }
    const against = await otherTarget(options, target.surface, contract);
    if (against) proveTarget(against.target, profile, stages);
    const compareWith = await storedRun(options, contract);
    const driver = await driverOf(options);
    const id = runId(isSearch ? 'saturate' : profile.id, target);
    const folder = await ownFolder(options.out ?? join('reports', 'load', id));
    const progress = new LoadProgress(process.stderr);
    const files = new RunFiles(folder);
    const run: LoadRun = {
      contract,
      suites,
      driver,
      ...(control === undefined ? {} : { control }),
      seed: options.seed,
      folder,
      signal: interrupt.signal,
      id,
      profile: isSearch ? saturation : profile,
      stages,
      gates,
      ...servedBy(chosen),
      ...(chosen.isOurs
        ? {
            fresh: async () => {
              await chosen.close();
              chosen = await chooseLoadTarget(options, profile.surfaces, contract);
              return servedBy(chosen);
            },
          }
        : {}),
      command: commandOf(profileName, options),
      harness: version(),
      cache: await cacheFolder(),
      forced: Object.keys(options.set).length > 0,
      // Whoever is started once cannot be calibrated first.
      calibrate: control === undefined && options.calibration,
      repeat: options.repeat,
      ...(against === undefined ? {} : { against }),
      ...(compareWith === undefined ? {} : { compareWith }),
      listener: progress,
      files,
    };
    const result = isSearch
      ? await runSaturate({
          ...run,
          param: options.param ?? 'rate',
          budgetMs: options.budget ?? usualBudgetMs,
        })
      : await runLoad(run);
    files.close();
    progress.end();
    const failed = await writeLoadFolder(folder, result);
    await writeLoadReports(result, [], {
      verbose: options.verbose,
      stdout: process.stdout,
      env: process.env,
    });
    process.stdout.write(`reports ${folder}/\n`);
    for (const { file, error } of failed) process.stderr.write(`plumbline: ${file}: ${error.message}\n`);
    return failed.length > 0 && result.exit === 0 ? exitCodes.broken : result.exit;
  } finally {
    await chosen.close();
    interrupt.release();
  }
}

/** @throws InputError for an SLO that so few samples could not tell from luck. */
function proveGates(gates: readonly Gate[], stages: readonly StageShape[], surface?: SurfaceName): void {
  for (const gate of gates) {
    const needed = gate.from === 'slo' ? samplesNeeded(gate) : undefined;
    for (const stage of needed ? stages : []) {
      const { key, whole, share, most, who } = samplingOf(stage, needed?.of, surface);
      const { count = 0, of } = needed ?? {};
      const has = Math.min(most, Math.floor(whole * share));
      if (whole <= 0 || has >= count) continue;
      const advice =
        count > most ? `${most} at most: a lower quantile` : `--set ${key}=${Math.ceil(count / share)}`;
      throw new InputError(
        `--slo "${gate.text}": needs at least ${count} ${of}; stage ${stage.name} has ${has}${who} (${advice})`,
      );
    }
  }
}

/** How many samples a stage has, and by which setting there are more. */
function samplingOf(
  stage: StageShape,
  of: 'publishes' | 'connections' | undefined,
  surface: SurfaceName | undefined,
): {
  readonly key: string;
  readonly whole: number;
  readonly share: number;
  readonly most: number;
  readonly who: string;
} {
  const unlimited = Number.POSITIVE_INFINITY;
  if (of === 'connections') {
    const base = { key: 'subscribers', whole: stage.subscribers };
    return onlyConnects(stage)
      ? { ...base, share: diallingShare(stage), most: mostDialling, who: ' that probes make' }
      : { ...base, share: 1, most: unlimited, who: '' };
  }
  const base = { key: 'publishes', whole: publishesOf(stage) - stage.warmup, most: unlimited };
  // On beam an answer comes to whoever asked, so only the inputs of probes are measured.
  return surface === 'beam'
    ? { ...base, share: probesFor(stage) / stage.subscribers, who: ' that probes send' }
    : { ...base, share: 1, who: '' };
}

/** @throws InputError where a latency is to be held against a limit without knowing the generator's share of it. */
function proveCalibration(gates: readonly Gate[], { calibration }: LoadOptions, isSearch: boolean): void {
  if (calibration) return;
  if (isSearch) throw new InputError('--no-calibration: a search needs to know where the generator ends');
  const slo = gates.find((gate) => gate.from === 'slo' && isOfServer(gate.metric));
  if (slo) {
    throw new InputError(
      `--no-calibration: --slo "${slo.text}" needs the floor, which says what of it is the generator's own`,
    );
  }
}

/** Spaces are of emit alone, which is then the surface. @throws InputError where another one was asked for. */
function proveStreams(profile: Profile, stages: readonly StageShape[], options: LoadOptions): LoadOptions {
  if (stages.every(({ space }) => space === undefined)) return options;
  const { surface = 'emit' } = options;
  if (surface === 'emit' && profile.surfaces.includes('emit')) return { ...options, surface };
  throw new InputError(
    `load ${profile.id}: stream: space is of emit, which has spaces; not of ${surface === 'emit' ? profile.surfaces.join(', ') : surface}`,
  );
}

function proveProfile(profile: Profile, { surface, driver }: LoadOptions): void {
  if (surface !== undefined && !profile.surfaces.includes(surface)) {
    const why =
      surface === 'beam'
        ? 'a realtime endpoint answers on the connection that asked, and has no fan-out (see request-ack)'
        : `it is made for ${profile.surfaces.join(', ')}`;
    throw new InputError(`load ${profile.id} --surface ${surface}: ${why}`);
  }
  if (!profile.drivers.includes(driver)) {
    throw new InputError(
      `load ${profile.id} --driver ${driver}: it needs ${profile.drivers.join(' or ')}: k6 reads whatever it is sent`,
    );
  }
}

/** @throws InputError naming what the target lacks, or which of its limits the load would break. */
function proveTarget(target: Target, profile: Profile, stages: readonly StageShape[]): void {
  const channels = Math.max(...stages.map((stage) => stage.channels));
  const subscribers = Math.max(...stages.map((stage) => stage.subscribers));
  const rate = Math.max(0, ...stages.flatMap(({ pace }) => pace.map((one) => one.rate)));
  const spaces = Math.max(0, ...stages.map((stage) => (stage.space ? stage.channels : 0)));
  const jobs = Math.max(...stages.map((stage) => stage.channels * jobsOf(stage)));
  const needs = { publish: profile.publishes, channels, ...(spaces > 0 ? { spaces } : {}) };
  const lacking = lackingFor(target, needs);
  if (lacking.length > 0) {
    throw new InputError(
      `${target.at}: target "${target.name}" lacks for load ${profile.id}: ${lacking.join('; ')}`,
    );
  }
  const { connections, requestsPerSecond, jobs: mostJobs } = target.limits;
  const over = (name: string, limit: number | undefined, wanted: number): void => {
    if (limit === undefined || wanted <= limit) return;
    throw new InputError(
      `${target.at}: target "${target.name}": limits.${name} is ${limit}, and load ${profile.id} needs ${wanted}; lower it with --set`,
    );
  };
  over('connections', connections, subscribers);
  over('requestsPerSecond', requestsPerSecond, target.surface === 'beam' ? 0 : Math.max(rate, spaces));
  over('jobs', mostJobs, target.surface === 'emit' ? jobs : 0);
  const files = openFiles();
  if (files > 0 && subscribers + otherFiles > files) {
    throw new InputError(
      `load ${profile.id}: ${subscribers} connections need ${subscribers + otherFiles} open files, and a process may have ${files} (ulimit -n); fewer with --set subscribers=${files - otherFiles}`,
    );
  }
}

/** The other server of `--against`; both are measured in turn. */
async function otherTarget(
  options: LoadOptions,
  surface: SurfaceName,
  contract: Contract,
): Promise<Server | undefined> {
  if (options.against === undefined) return undefined;
  if (options.compare !== undefined) {
    throw new InputError('--against and --compare: a run is compared with a server or with a stored run');
  }
  return servedBy(await chooseLoadTarget({ ...options, target: options.against }, [surface], contract));
}

function servedBy({ target, pid }: LoadTarget): Server {
  return { target, ...(pid === undefined ? {} : { serverPid: pid }) };
}

/** @throws InputError where `--compare` names no result of a load run. */
async function storedRun({ compare }: LoadOptions, contract: Contract): Promise<LoadResult | undefined> {
  if (compare === undefined) return undefined;
  const text = await resultText(compare);
  if (!isLoad(text)) throw new InputError(`--compare ${compare}: no result of a load run`);
  return readLoad(compare, text, contract.formats);
}

async function driverOf({ driver, listen, generators = 1 }: LoadOptions): Promise<BulkDriver> {
  if (listen !== undefined) {
    const { externalDriver } = await import('../load/drivers/external-driver.ts');
    return externalDriver(generators);
  }
  if (driver === 'node') {
    const { nodeDriver } = await import('../load/drivers/node-driver.ts');
    return nodeDriver();
  }
  const { provideK6 } = await import('../load/drivers/provide-k6.ts');
  const { k6Driver } = await import('../load/drivers/k6-driver.ts');
  return k6Driver(await provideK6({ say: (line) => process.stderr.write(`${line}\n`) }));
}

/** A folder that was not there before: no run writes over another. */
async function ownFolder(folder: string): Promise<string> {
  await mkdir(dirname(folder), { recursive: true });
  try {
    await mkdir(folder);
  } catch (cause) {
    throw new InputError(
      `--out ${folder}: ${(cause as NodeJS.ErrnoException).code === 'EEXIST' ? 'is there already; nothing is written over' : (cause as Error).message}`,
    );
  }
  return folder;
}

async function cacheFolder(): Promise<string> {
  const { cacheFolder: folder } = await import('../load/drivers/provide-k6.ts');
  return join(dirname(folder()), 'load');
}

function runId(profile: string, target: Target): string {
  const at = new Date()
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replaceAll(':', '-');
  return `${at}-${profile
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\.\w+$/, '')}-${target.name}`;
}

/** The command to make the same run again. */
function commandOf(profile: string, options: LoadOptions): string {
  const words = ['plumbline', 'load', profile];
  if (options.param !== undefined) words.push('--param', options.param);
  if (options.budget !== undefined) words.push('--budget', `${options.budget / 1000}s`);
  if (options.target !== undefined) words.push('--target', options.target);
  if (options.surface !== undefined) words.push('--surface', options.surface);
  for (const [surface, name] of Object.entries(options.dialect))
    words.push('--dialect', `${surface}=${name}`);
  words.push('--driver', options.driver);
  for (const [key, value] of Object.entries(options.set)) words.push('--set', `${key}=${value}`);
  if (options.repeat > 1) words.push('--repeat', String(options.repeat));
  if (options.against !== undefined) words.push('--against', options.against);
  if (options.compare !== undefined) words.push('--compare', options.compare);
  if (!options.calibration) words.push('--no-calibration');
  for (const slo of options.slo) words.push('--slo', `'${slo}'`);
  return [...words, '--seed', String(options.seed)].join(' ');
}
