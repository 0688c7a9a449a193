import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { now } from '../clock.ts';
import { ServerWatch } from './server-watch.ts';
import { SystemWatch } from './system.ts';

const watches: ServerWatch[] = [];

function watchOf(command: string, clock = now): ServerWatch {
  const watch = new ServerWatch(command, clock);
  watches.push(watch);
  return watch;
}

afterEach(() => {
  for (const watch of watches.splice(0)) watch.stop();
});

async function until(isSo: () => boolean): Promise<void> {
  for (let n = 0; n < 400 && !isSo(); n++) await sleep(25);
  expect(isSo()).toBe(true);
}

describe('a server that a command watches', () => {
  it('stands in the samples of the machine, as one that can be seen does', async () => {
    const watch = watchOf(`echo '{"rss":4096,"cpu":0.25}'; sleep 60`);
    await until(() => watch.use.rss === 4096);
    const system = new SystemWatch(
      () => ({ coordinator: process.pid }),
      () => 3,
      () => watch.use,
    );
    system.sample();
    expect(system.samples[0]).toMatchObject({ rss: { server: 4096 }, cpu: { server: 0.25 }, connections: 3 });
    expect(watch.trouble).toBeUndefined();
  });

  it('is asked again when the command has ended', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-watch-'));
    try {
      const count = join(folder, 'count');
      const watch = watchOf(`echo x >> ${count}; echo "{\\"rss\\":$(wc -l < ${count})}"`);
      await until(() => (watch.use.rss ?? 0) >= 2);
      expect(watch.use.cpu).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('has its cores from the processor time so far', async () => {
    let at = 0;
    const watch = watchOf(
      `echo '{"cpuSeconds":10}'; sleep 0.2; echo '{"cpuSeconds":11,"rss":7}'; sleep 60`,
      () => {
        at += 500;
        return at;
      },
    );
    await until(() => watch.use.cpu !== undefined);
    expect(watch.use.cpu).toBeGreaterThan(0);
    expect(watch.use.rss).toBe(7);
  });

  it.each([
    ['exit 3', /it ended with 3/],
    ['echo no such host >&2; exit 1', /it ended with 1: no such host/],
    ['echo 12; sleep 60', /it printed "12", and not/],
    [`echo '{"rss":-1}'; sleep 60`, /it printed .*-1.*, and not/],
    [`echo '{"memory":1}'; sleep 60`, /and not/],
  ])('is not observed, and it is said why, where the command is %s', async (command, why) => {
    const watch = watchOf(command);
    await until(() => watch.trouble !== undefined);
    expect(watch.trouble).toMatch(why);
    expect(watch.use).toEqual({});
  });

  it('is not what it was seconds ago', async () => {
    let at = 0;
    const watch = watchOf(`echo '{"rss":1}'; sleep 60`, () => at);
    await until(() => watch.use.rss === 1);
    at = 60_000;
    expect(watch.use).toEqual({});
  });

  it('is watched no longer than it is to be, nor is what the command has started', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-watch-'));
    try {
      const file = join(folder, 'pid');
      const watch = watchOf(`sh -c 'echo $$ > ${file}; exec sleep 60' & echo '{"rss":1}'; wait`);
      await until(() => watch.use.rss === 1 && read(file) > 0);
      watch.stop();
      await until(() => !isThere(read(file)));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function read(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
