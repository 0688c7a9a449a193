import { execFile, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { InputError } from '../../contract/contract.ts';
import { packageRoot } from '../../contract/spec-files.ts';
import { withBuildLock } from './build-lock.ts';

/** The k6 that is built where there is none. */
export const pinnedK6 = '1.8.1';

/** From this version on, and before that: what the scripts need, and what they were tried with. */
const supported = { from: [1, 6], before: 3 } as const;

const run = promisify(execFile);

/** A k6 that can be used. */
export interface K6 {
  readonly path: string;
  /** Such as `1.8.1`. */
  readonly version: string;
  readonly from: 'K6_BIN' | 'PATH' | 'cache' | 'built';
}

export interface FindOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Folder for a k6 of our own. */
  readonly cache?: string;
}

export interface ProvideOptions extends FindOptions {
  /** What is going on, a line at a time. */
  readonly say?: (line: string) => void;
}

/** What was looked at: one that can be used, or why none can. */
export type Found = { readonly k6: K6 } | { readonly refused: readonly string[] };

/**
 * Looks for a k6, in `K6_BIN`, on the PATH and in the cache, and builds nothing.
 * @throws InputError where `K6_BIN` names none that can be used.
 */
export async function findK6({
  env = process.env,
  cache = cacheFolder(env),
}: FindOptions = {}): Promise<Found> {
  if (env.K6_BIN) {
    const found = await look(env.K6_BIN, 'K6_BIN');
    if ('k6' in found) return found;
    throw new InputError(`K6_BIN: ${found.refused.join('; ')}`);
  }
  const refused: string[] = [];
  const onPath = whereOnPath('k6', env);
  for (const [path, from] of [
    [onPath, 'PATH'],
    [binaryIn(cache), 'cache'],
  ] as const) {
    if (path === undefined || !existsSync(path)) continue;
    const found = await look(path, from);
    if ('k6' in found) return found;
    refused.push(...found.refused);
  }
  return { refused };
}

/**
 * Finds a k6, or has Go build the pinned version into the cache: once, whoever else may ask for it meanwhile.
 * @throws InputError where there is none and none can be made.
 */
export async function provideK6(options: ProvideOptions = {}): Promise<K6> {
  const { env = process.env, cache = cacheFolder(env), say = () => {} } = options;
  const found = await findK6({ env, cache });
  if ('k6' in found) return found.k6;
  for (const line of found.refused) say(line);
  const go = whereOnPath('go', env);
  if (go === undefined) throw new InputError(howToGetOne(found.refused));
  mkdirSync(cache, { recursive: true });
  return withBuildLock(join(cache, 'build.lock'), async () => {
    // Whoever waited for the lock finds the work done.
    const made = existsSync(binaryIn(cache)) ? await look(binaryIn(cache), 'cache') : undefined;
    if (made && 'k6' in made) return made.k6;
    await build(go, cache, env, say);
    const built = await look(binaryIn(cache), 'built');
    if ('k6' in built) return built.k6;
    throw new InputError(howToGetOne(built.refused));
  });
}

/** Where a k6 of our own is kept: in the checkout, or in the user's cache where this is an installed package. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const root = packageRoot();
  const base = existsSync(join(root, 'src', 'load'))
    ? join(root, '.cache')
    : join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'plumbline');
  return join(base, 'k6', `v${pinnedK6}`);
}

/** The version in what `k6 version` prints, such as `k6 v1.8.1 (go1.26.8, linux/amd64)`. */
export function versionIn(printed: string): string | undefined {
  return /\bk6(?:\.exe)? v?(\d+\.\d+\.\d+(?:-[\w.]+)?)/.exec(printed)?.[1];
}

/** Whether the scripts run on a version. */
export function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [fromMajor, fromMinor] = supported.from;
  return (major > fromMajor || (major === fromMajor && minor >= fromMinor)) && major < supported.before;
}

async function look(path: string, from: K6['from']): Promise<Found> {
  let printed: string;
  try {
    printed = (await run(path, ['version'], { timeout: 10_000 })).stdout;
  } catch (cause) {
    return { refused: [`${path} is no k6 that runs: ${(cause as Error).message.split('\n')[0]}`] };
  }
  const version = versionIn(printed);
  if (version === undefined)
    return { refused: [`${path} does not say which k6 it is: ${firstLine(printed)}`] };
  if (isSupported(version)) return { k6: { path, version, from } };
  const range = `${supported.from.join('.')} and later, before ${supported.before}.0`;
  return { refused: [`${path} is k6 ${version}, and the scripts need ${range}`] };
}

async function build(
  go: string,
  cache: string,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<void> {
  const folder = mkdtempSync(join(cache, 'build-'));
  const began = Date.now();
  say(`k6: Go builds version ${pinnedK6}, once, into ${cache}; this takes a minute or two`);
  const ticking = setInterval(() => {
    say(`k6: still building, ${Math.round((Date.now() - began) / 1000)} s`);
  }, 10_000);
  try {
    await goInstall(go, folder, env);
    renameSync(join(folder, binaryName), binaryIn(cache));
    say(`k6: built in ${Math.round((Date.now() - began) / 1000)} s`);
  } finally {
    clearInterval(ticking);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function goInstall(go: string, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  // Go checks what it fetches against its checksum database.
  const child = spawn(go, ['install', `go.k6.io/k6@v${pinnedK6}`], {
    env: { ...env, GOBIN: folder, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return;
  throw new InputError(howToGetOne([`Go could not build k6 ${pinnedK6}:\n${said.trim()}`]));
}

function howToGetOne(refused: readonly string[]): string {
  return [
    'there is no k6 that can be used.',
    ...refused.map((line) => `  ${line}`),
    'One of these mends it:',
    '  install k6 as https://grafana.com/docs/k6/latest/set-up/install-k6/ says (a package, or a release archive)',
    '  say where one is:  K6_BIN=/path/to/k6',
    '  install Go 1.25 or later, and k6 is built when it is needed first',
    '  do without:  --driver node',
  ].join('\n');
}

const binaryName = process.platform === 'win32' ? 'k6.exe' : 'k6';

function binaryIn(cache: string): string {
  return join(cache, binaryName);
}

function whereOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, file);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not there.
    }
  }
  return undefined;
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.trim() ?? '';
}
