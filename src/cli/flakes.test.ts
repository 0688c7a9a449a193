import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { onAPort } from '../wire/on-a-port.ts';
import { flakeRuns } from './flakes.ts';
import { Hogs } from './hogs.ts';
import { plumbline } from './spawned.ts';

const patience = 120_000;

describe('the runs of a hunt', () => {
  it('draw differently, and each number of jobs is tried beside hogs and without', () => {
    const runs = flakeRuns({ runs: 6, hogs: 2, seed: 7 });
    expect(runs.map(({ seed }) => seed)).toEqual([7, 8, 9, 10, 11, 12]);
    expect(new Set(runs.map(({ jobs, isBusy }) => `${jobs} ${isBusy}`)).size).toBe(6);
    expect(runs[0]).toMatchObject({ isBusy: false });
  });

  it('have the jobs that were asked for, and no hogs where none are', () => {
    const runs = flakeRuns({ runs: 3, hogs: 0, jobs: 2, seed: 2 ** 32 - 1 });
    expect(runs).toEqual([2 ** 32 - 1, 0, 1].map((seed) => ({ seed, jobs: 2, isBusy: false })));
  });
});

describe('hogs', () => {
  it('spin until they are ended', async () => {
    const hogs = await Hogs.start(2);
    onTestFinished(() => hogs.end());
    expect(hogs.count).toBe(2);
    await hogs.end();
    expect(hogs.count).toBe(0);
    await hogs.end();
  });
});

describe('plumbline flakes', () => {
  it('finds the reference server steady', { timeout: patience }, async () => {
    const args = ['--runs', '2', '--hogs', '1', '--surface', 'beam', '--only', 'beam/handshake/**'];
    const { exit, stdout } = await plumbline(['flakes', ...args]);
    expect(stdout).toMatch(
      /^run 1 of 2 · quiet · jobs 1 · seed 1 · .*\d+ checks\nrun 2 of 2 · 1 hogs · jobs 1 · seed 2 · .*no change\nSTEADY {2}2 runs, no change\n$/,
    );
    expect(exit).toBe(0);
  });

  it('finds a server out that changes its mind', { timeout: patience }, async () => {
    const server = createServer();
    const sockets = new WebSocketServer({ noServer: true });
    let [upgrades, refusals] = [0, Number.POSITIVE_INFINITY];
    server.on('upgrade', (request, socket, head) => {
      upgrades += 1;
      if (upgrades <= refusals) socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n');
      else sockets.handleUpgrade(request, socket, head, () => {});
    });
    const listening = await onAPort(server);
    onTestFinished(() => listening.close());
    const file = join(mkdtempSync(join(tmpdir(), 'plumbline-flakes-test-')), 't.yaml');
    writeFileSync(
      file,
      `targets:
  - { name: moody, surface: beam, dialect: document, urls: { ws: "ws://127.0.0.1:${listening.port}/" },
      tokens: { valid: very-good }, handler: { key: very-good-too } }
`,
    );
    const rest = ['--target', file, '--only', 'beam/handshake/**', '--timeout-multiplier', '0.1'];
    await plumbline(['conform', ...rest]);
    // In the first of the runs it refuses everybody, as it has just done; from then on nobody.
    [upgrades, refusals] = [0, upgrades];
    const { exit, stdout } = await plumbline(['flakes', '--runs', '2', '--hogs', '0', ...rest]);
    expect(stdout).toMatch(/^ {2}moody:beam\/handshake\/\S+ \S+: \S+ → failed\n {6}expected .*; actual /m);
    expect(stdout).toMatch(/FLAKY {2}1 of 2 runs differ from the first\n$/);
    expect(exit).toBe(1);
  });

  it('hands on what conform refuses', { timeout: patience }, async () => {
    const { exit, stdout, stderr } = await plumbline(['flakes', '--surface', 'mqtt']);
    expect(stderr).toMatch(/^plumbline: .*The surfaces are pusher, beam, emit/);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
  });
});
