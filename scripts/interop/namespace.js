import { spawn, spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { delimiter } from 'node:path';
import { CannotRun } from './cannot-run.js';

/** Where `ip` is, which the path of an ordinary user often leaves out. */
const path = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter);

/** Ways to a network of one's own: as root, or as an ordinary user where the system lets them. */
const ways = [
  ['unshare', '-n'],
  ['unshare', '-r', '-n'],
];

/** The variable by which the inner process knows which network it must not find itself in. */
const outside = 'PLUMBLINE_OUTER_NETWORK';

/**
 * Runs a program in a network namespace with nothing but loopback in it, and waits for its end. It ends
 * together with this process.
 * @param {readonly string[]} argv
 * @returns {Promise<number>} its exit code
 * @throws CannotRun where no such namespace can be made.
 */
export async function runIsolated(argv) {
  const [unshare, ...options] = usableWay();
  const up = 'ip link set lo up && exec "$@"';
  const child = spawn(String(unshare), [...options, 'sh', '-c', up, 'sh', ...argv], {
    env: { ...process.env, PATH: path, [outside]: networkOf() },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // In a group of its own, and told of every signal from here: each comes once, whoever sent it to whom.
    detached: true,
  });
  const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  process.on('SIGTERM', forward).on('SIGINT', forward);
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve(code ?? 3));
    });
  } finally {
    process.off('SIGTERM', forward).off('SIGINT', forward);
  }
}

/**
 * The first way that works here.
 * @param {readonly (readonly string[])[]} [candidates]
 */
export function usableWay(candidates = ways) {
  const refused = [];
  for (const [command, ...options] of candidates) {
    const way = [String(command), ...options];
    const { status, error, stderr } = spawnSync(way[0] ?? '', [...options, 'sh', '-c', 'ip link set lo up'], {
      env: { ...process.env, PATH: path },
      encoding: 'utf8',
    });
    if (status === 0) return way;
    refused.push(`${way.join(' ')}: ${(error?.message ?? stderr).trim() || `exit ${status}`}`);
  }
  throw new CannotRun(
    'no network namespace can be made here, and outside of one no real server is started: its defaults open ports\n' +
      '  to everybody and search the network for others of its kind. It takes Linux, unshare (util-linux) and ip\n' +
      `  (iproute2), and the right to use them: root, or user namespaces.\n${refused.join('\n').replace(/^/gm, '  ')}`,
  );
}

/**
 * Proves that this process was started by `runIsolated` and sees nothing but loopback.
 * @throws CannotRun where it does not.
 */
export function proveIsolated() {
  const others = Object.keys(networkInterfaces()).filter((name) => name !== 'lo');
  const outer = process.env[outside];
  if (outer !== undefined && outer !== networkOf() && others.length === 0) return;
  throw new CannotRun('this is no network of its own, so no server is started: use npm run interop');
}

function networkOf() {
  try {
    return readlinkSync('/proc/self/ns/net');
  } catch {
    return 'unknown';
  }
}
