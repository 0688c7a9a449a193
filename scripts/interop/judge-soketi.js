/**
 * Runs inside a network of its own (`run.js` makes it): starts one soketi for each entry of its target file, puts
 * them to `conform` with their baseline, and stops them, whatever happens.
 */
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { endWith } from './cannot-run.js';
import { proveIsolated } from './namespace.js';
import { startServer } from './server-process.js';

/** As in the table of exit codes of `conform`. */
const exitCodeOfInterrupted = 3;

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = 'scripts/interop/soketi';

/** Each with a port for its metrics, as its target file has them. */
const instances = [
  { port: 16001, metrics: 19601 },
  { port: 16002, metrics: 19602 },
];

// Whatever ends this, or whoever started it, ends the run in order, and the servers after it.
const stopping = new EventEmitter();
let isTold = false;
const tell = (/** @type {NodeJS.Signals} */ signal) => {
  isTold = true;
  stopping.emit('told', signal);
};
process.on('SIGTERM', tell).on('SIGINT', tell);
process.on('disconnect', () => tell('SIGTERM'));

/**
 * @param {{ port: number, metrics: number }} instance
 * @returns {import('./server-process.js').ServerCommand}
 */
function soketi({ port, metrics }) {
  return {
    name: `soketi (${process.version}; soketi 1.6.1 is made for Node 20)`,
    argv: [process.execPath, `${root}${here}/node_modules/@soketi/soketi/bin/server.js`, 'start'],
    // Nothing of our environment: it configures itself by whatever it finds there.
    env: {
      PATH: process.env.PATH ?? '',
      SOKETI_HOST: '127.0.0.1',
      SOKETI_PORT: String(port),
      SOKETI_METRICS_HOST: '127.0.0.1',
      SOKETI_METRICS_SERVER_PORT: String(metrics),
      SOKETI_CLUSTER_HOST: '127.0.0.1',
      SOKETI_CLUSTER_UNICAST_ADDRESSES: '127.0.0.1',
      // What its target claims beyond what comes switched on.
      SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES: 'true',
      SOKETI_DEFAULT_APP_MAX_CLIENT_EVENTS_PER_SEC: '10',
      SOKETI_DEFAULT_APP_USER_AUTHENTICATION: 'true',
      // An error that it does not catch makes it close everybody (4200), greet nobody, and end after some seconds. That
      // must not race with the run: so it goes on closing until it is stopped.
      SOKETI_SHUTDOWN_GRACE_PERIOD: String(60 * 60 * 1000),
    },
    port,
    stopMs: 200,
  };
}

/**
 * @param {readonly string[]} options
 * @returns {Promise<number>}
 */
function conform(options) {
  const own = ['--target', `${here}/target.yaml`, '--baseline', 'suites/baselines/soketi.yaml'];
  const argv = ['bin/plumbline.js', 'conform', ...own, '--level', 'should', ...options];
  const child = spawn(process.execPath, argv, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  stopping.on('told', (signal) => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? exitCodeOfInterrupted));
  });
}

await endWith(async () => {
  proveIsolated();
  /** @type {Awaited<ReturnType<typeof startServer>>[]} */
  const servers = [];
  try {
    for (const instance of instances) servers.push(await startServer(soketi(instance)));
    return isTold ? exitCodeOfInterrupted : await conform(process.argv.slice(2));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    if (process.connected) process.disconnect();
  }
});
