import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { CannotRun } from './cannot-run.js';
import { startServer } from './server-process.js';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** A port that somebody listens on, for as long as the test runs. */
async function takenPort(): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function freePort(): Promise<number> {
  const port = await takenPort();
  await new Promise((resolve) => open.pop()?.close(resolve));
  return port;
}

const server = (port: number, script: string, more: { startMs?: number; stopMs?: number } = {}) =>
  startServer({ name: 'a server', argv: [process.execPath, '-e', script], env: {}, port, ...more });

const listens = (port: number): string =>
  `require('node:net').createServer((s) => s.destroy()).listen(${port}, '127.0.0.1');`;

const isRunning = (pid = 0): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a server of somebody else', () => {
  it('is there once its port answers, and gone once it is stopped', async () => {
    const port = await freePort();
    const { pid, stop } = await server(port, listens(port));
    expect(isRunning(pid)).toBe(true);
    await stop();
    expect(isRunning(pid)).toBe(false);
  });

  it('is killed where it does not end by itself', async () => {
    const port = await freePort();
    const stubborn = `process.on('SIGTERM', () => {}); ${listens(port)}`;
    const { pid, stop } = await server(port, stubborn, { stopMs: 50 });
    await stop();
    expect(isRunning(pid)).toBe(false);
  });

  it('is not started where its port is taken', async () => {
    const port = await takenPort();
    const started = server(port, listens(port));
    await expect(started).rejects.toThrow(CannotRun);
    await expect(started).rejects.toThrow(`port ${port} of 127.0.0.1 is taken, where a server is to listen`);
  });

  it('that ends at once is told of with how, and its own words', async () => {
    const started = server(await freePort(), `console.error('no such app'); process.exit(7);`);
    await expect(started).rejects.toThrow(/^a server ended: exit 7\n {2}no such app$/);
  });

  it('that never listens is stopped at the deadline, and told of with its own words', async () => {
    const port = await freePort();
    const silent = `console.error('still thinking'); setInterval(() => {}, 1000);`;
    const started = server(port, silent, { startMs: 500 });
    await expect(started).rejects.toThrow(
      new RegExp(`^a server did not answer on port ${port} within 0.5 s\n {2}still thinking$`),
    );
  });

  it('that cannot be executed is told of', async () => {
    const port = await freePort();
    const started = startServer({ name: 'a server', argv: ['/nowhere/at-all'], env: {}, port });
    await expect(started).rejects.toThrow(/^a server ended: .*ENOENT/);
  });
});
