import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Longest life of a hog, should nobody end it. */
const longestMs = 30 * 60 * 1000;

/** Spins, but hears every 50 ms whether whoever started it is still there. */
const spin = `
const end = Date.now() + ${longestMs};
process.on('disconnect', () => process.exit());
(function turn() {
  const until = Date.now() + 50;
  while (Date.now() < until);
  if (Date.now() < end) setImmediate(turn); else process.exit();
})();
process.send('up');
`;

/** Processes that take whatever processor time they get, as a busy machine in CI does. */
export class Hogs {
  readonly #running: ChildProcess[] = [];

  /** Starts some; resolves when they spin. */
  static async start(count: number): Promise<Hogs> {
    const hogs = new Hogs();
    try {
      for (let at = 0; at < count; at += 1) {
        const hog = spawn(process.execPath, ['-e', spin], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
        hogs.#running.push(hog);
        await once(hog, 'message');
      }
    } catch (cause) {
      await hogs.end();
      throw cause;
    }
    return hogs;
  }

  /** How many are running. */
  get count(): number {
    return this.#running.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
      .length;
  }

  /** Ends them all; resolves when they are gone. */
  async end(): Promise<void> {
    await Promise.all(
      this.#running.map(async (hog) => {
        if (hog.pid === undefined || hog.exitCode !== null || hog.signalCode !== null) return;
        const gone = once(hog, 'exit');
        hog.kill('SIGKILL');
        await gone;
      }),
    );
  }
}
