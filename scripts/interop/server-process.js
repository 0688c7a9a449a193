import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotRun } from './cannot-run.js';

/**
 * @typedef {object} ServerCommand
 * @property {string} name what messages call it
 * @property {readonly string[]} argv
 * @property {Readonly<Record<string, string>>} env all of its environment
 * @property {number} port on 127.0.0.1
 * @property {number} [startMs] how long it may take until the port answers
 * @property {number} [stopMs] how long it may take to end once it is told to; then it is killed
 */

/**
 * Starts a server and waits until its port answers. It is stopped by its own process id.
 * @param {ServerCommand} command
 * @returns {Promise<{ pid: number | undefined, stop: () => Promise<void> }>}
 * @throws CannotRun where the port is taken, or the server does not answer; with what it wrote to its standard error.
 */
export async function startServer({ name, argv, env, port, startMs = 30_000, stopMs = 5000 }) {
  if (await answers(port)) {
    throw new CannotRun(
      `port ${port} of 127.0.0.1 is taken, where ${name} is to listen: stop what listens there`,
    );
  }
  const [program = '', ...rest] = argv;
  // In a group of its own: Ctrl-C in a terminal is for the run, which ends in order, and this after it.
  const child = spawn(program, rest, {
    env: { ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let said = '';
  child.stderr.on('data', (/** @type {Buffer} */ bytes) => {
    said = (said + bytes).slice(-4000);
  });
  /** @type {Promise<string>} */
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await ended;
    clearTimeout(kill);
  };
  const end = await Promise.race([ended, answeredBy(port, Date.now() + startMs, child)]);
  if (end === 'answers') return { pid: child.pid, stop };
  await stop();
  const why =
    end === 'silence' ? `did not answer on port ${port} within ${startMs / 1000} s` : `ended: ${end}`;
  const words =
    said.trim() === '' ? '  (it wrote nothing to its standard error)' : said.trimEnd().replace(/^/gm, '  ');
  throw new CannotRun(`${name} ${why}\n${words}`);
}

/**
 * @param {number} port
 * @param {number} until
 * @param {import('node:child_process').ChildProcess} child
 */
async function answeredBy(port, until, child) {
  while (Date.now() < until && child.exitCode === null) {
    if (await answers(port)) return 'answers';
    await sleep(50);
  }
  return 'silence';
}

/**
 * True where something listens on a port of this machine.
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
