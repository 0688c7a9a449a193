import { type Contract, InputError } from '../contract/contract.ts';
import type { JsonObject } from '../contract/json.ts';
import { featuresOnce } from '../target/features-once.ts';
import { clientSurfaces, clientTarget } from '../target/from-command.ts';
import { loadTargets, targetsOf } from '../target/load.ts';
import type { Target } from '../target/target.ts';
import type { ConformOptions } from './options.ts';

/** The targets of a run. */
export interface Chosen {
  readonly targets: readonly Target[];
  /** Names of all targets there are, also those of surfaces that were not asked for. */
  readonly names: () => Promise<readonly string[]>;
  /** Stops the reference server, if this run started it. */
  readonly close: () => Promise<void>;
}

/**
 * Loads the targets that the options name, or starts the reference server and takes those of its.
 * @throws InputError where there are none, or a file cannot be used.
 */
export async function chooseTargets(
  options: ConformOptions,
  contract: Contract,
  isOffline = false,
): Promise<Chosen> {
  const { all, names, close } = await candidates(options, contract, isOffline);
  try {
    return { targets: askedOf(all, options), names, close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

/**
 * Those targets that the options ask.
 * @throws InputError where there are none, or where they must not be asked what the options ask.
 */
export function askedOf(
  all: readonly Target[],
  { surface: wanted, destructive }: Pick<ConformOptions, 'surface' | 'destructive'>,
): Target[] {
  const targets = all.filter(({ surface }) => wanted.length === 0 || wanted.includes(surface));
  if (targets.length === 0) {
    const there = [...new Set(all.map(({ surface }) => surface))].join(', ');
    throw new InputError(`--surface ${wanted.join(' ')}: no target of that surface; there is: ${there}`);
  }
  if (destructive) proveLoopback(targets);
  return targets;
}

async function candidates(options: ConformOptions, contract: Contract, isOffline: boolean) {
  if (options.client !== undefined) {
    const target = clientUnderTest(options, options.client);
    return { all: [target], names: async () => [target.name], close: async () => {} };
  }
  if (options.target !== undefined) {
    const all = await loadTargets(options.target, { contract, env: process.env });
    return { all, names: async () => all.map(({ name }) => name), close: async () => {} };
  }
  const wanted = {
    contract,
    dialects: options.dialect,
    ...(options.surface.length === 0 ? {} : { surfaces: options.surface }),
  };
  const read = async (entries: readonly JsonObject[]): Promise<Target[]> =>
    targetsOf(featuresOnce(entries, contract), 'the embedded reference server', contract, { proven: true });
  const names = async (): Promise<string[]> => {
    const { describeReference } = await import('../reference/start.ts');
    return describeReference({ contract }).map(({ name }) => String(name));
  };
  if (isOffline) {
    const { describeReference } = await import('../reference/start.ts');
    return { all: await read(describeReference(wanted)), names, close: async () => {} };
  }
  const { startEmbedded } = await import('./embedded.ts');
  const embedded = await startEmbedded(wanted);
  return { all: await read(embedded.targets), names, close: embedded.close };
}

/** @throws InputError where other options are at odds with judging a client. */
function clientUnderTest(options: ConformOptions, command: string): Target {
  const { target, surface, destructive, optional, dialect } = options;
  if (target !== undefined)
    throw new InputError('--client and --target: it is either a client that is judged or a server');
  if (command.trim() === '') throw new InputError('--client: needs a command that starts the client');
  const [asked = 'pusher', second] = surface;
  const chosen = clientSurfaces.find((one) => one === asked);
  if (chosen === undefined || second !== undefined)
    throw new InputError(`--client and --surface ${surface.join(' ')}: one of ${clientSurfaces.join(', ')}`);
  if (destructive) throw new InputError('--client and --destructive: nothing illegal is sent to a client');
  if (optional) throw new InputError('--client and --optional: only a server has features to claim');
  return clientTarget(command, chosen === 'emit' ? 'emit@1' : (dialect.pusher ?? 'modelbeam'), chosen);
}

/** What could take a server down is only ever sent to this machine. */
function proveLoopback(targets: readonly Target[]): void {
  for (const { name, at, urls } of targets) {
    for (const url of Object.values(urls)) {
      const { hostname } = new URL(url);
      if (/^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) continue;
      throw new InputError(
        `${at}: target "${name}": --destructive is for servers on this machine; ${hostname} is none`,
      );
    }
  }
}
