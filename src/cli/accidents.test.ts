import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '../contract/json.ts';
import { fuzzRuns } from '../contract/mutated-file.ts';
import { plumbline, type Spawned, start } from './spawned.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-accidents-'));
const few = ['conform', '--surface', 'emit', '--only', 'emit:emit/handshake/**'];
const onLinux = process.platform === 'linux';

beforeAll(async () => {
  expect((await plumbline(['--version'])).exit).toBe(0);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true }));

const kinds = ['json', 'ndjson', 'junit'] as const;
const reportsIn = (place: string): string[] => [
  '--reporter',
  ...kinds.map((kind) => `${kind}=${join(place, kind)}`),
];

/** What a run left behind under a report's name: nothing, a readable part, or the whole. */
type Left = 'absent' | 'partial' | 'whole, of a part' | 'whole';

function left(place: string, kind: (typeof kinds)[number]): Left {
  const file = join(place, kind);
  if (!existsSync(file)) return 'absent';
  const text = readFileSync(file, 'utf8');
  switch (kind) {
    case 'json': {
      const { verdict, complete, cases } = JSON.parse(text);
      expect(verdict).toEqual(expect.any(String));
      expect(cases).toEqual(expect.any(Array));
      return complete ? 'whole' : 'whole, of a part';
    }
    case 'ndjson': {
      const lines = text.split('\n');
      // Only the last line may be cut off.
      const cut = lines.pop();
      const events = lines.map((line) => JSON.parse(line) as { event: string; complete?: boolean });
      const footer = events.at(-1);
      if (cut !== '' || footer?.event !== 'footer') return 'partial';
      return footer.complete ? 'whole' : 'whole, of a part';
    }
    case 'junit': {
      const parser = new SaxesParser();
      parser.on('error', (cause) => expect.fail(cause.message));
      parser.write(text).close();
      // The verdict is a test case: one that was interrupted is red.
      return /name="plumbline verdict"[^>]*>\s*<failure/.test(text) ? 'whole, of a part' : 'whole';
    }
  }
}

function partials(place: string): string[] {
  return existsSync(place) ? readdirSync(place).filter((name) => name.endsWith('.partial')) : [];
}

/** Processes that were started with a mark in their environment, and their children. */
function marked(mark: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
    } catch {
      return false;
    }
  });
}

/** A process that was killed is gone a moment later. */
async function untilGone(mark: string): Promise<void> {
  await expect.poll(() => marked(mark), { timeout: 5000 }).toEqual([]);
}

describe('a run that is ended from outside at any moment', { timeout: 600_000 }, () => {
  type Ending = 'SIGINT' | 'SIGTERM' | 'SIGKILL' | 'twice';
  /** What is there after each way to go. */
  async function go(ending: Ending, delayMs: number): Promise<void> {
    const mark = `PLUMBLINE_MARK_${randomUUID()}`;
    const place = join(folder, mark);
    const { child, ended } = start([...few, ...reportsIn(place)], { PLUMBLINE_MARK: mark });
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (ending === 'twice') {
      child.kill('SIGTERM');
      child.kill('SIGINT');
    } else child.kill(ending);
    const { exit, stderr } = await ended;
    const what = Object.fromEntries(kinds.map((kind) => [kind, left(place, kind)]));
    const told = `${ending} after ${delayMs} ms: exit ${exit}, ${JSON.stringify(what)}`;
    expect(stderr, told).not.toMatch(/^ {4}at /m);
    if (exit === 0) expect(Object.values(what), told).toEqual(['whole', 'whole', 'whole']);
    else if (exit === 3) {
      expect(Object.values(what), told).toEqual(['whole, of a part', 'whole, of a part', 'whole, of a part']);
    } else {
      // Ended at once: by kill -9, a second signal, or before there was anything to tidy up.
      expect([null, 130], told).toContain(exit);
      if (exit === null && ending !== 'SIGKILL')
        // Before the run had begun, or once all was written and the process was on its way out: all or nothing.
        expect([['absent'], ['whole']], told).toContainEqual([...new Set(Object.values(what))]);
      expect(['absent', 'whole'], told).toContain(what.json);
      expect(['absent', 'whole'], told).toContain(what.junit);
    }
    if (ending !== 'SIGKILL') expect(partials(place), told).toEqual([]);
    if (onLinux) await untilGone(mark);
  }

  it('leaves what can be read, takes no part for the whole, and leaves no process behind', async () => {
    const moments = fc.record({
      ending: fc.constantFrom<Ending[]>('SIGINT', 'SIGTERM', 'SIGKILL', 'twice'),
      delayMs: fc.integer({ min: 100, max: 2500 }),
    });
    const all = fc.sample(moments, Math.max(6, Math.ceil(fuzzRuns / 6)));
    for (let at = 0; at < all.length; at += 2) {
      await Promise.all(all.slice(at, at + 2).map(({ ending, delayMs }) => go(ending, delayMs)));
    }
  });

  /** Waits until a run is on its way, so that the signal meets handlers, files and threads. */
  async function underWay(args: readonly string[], env: Record<string, string>): Promise<Spawned> {
    const run = start(args, env);
    await run.prints(/seed \d+/);
    return run;
  }

  it('by SIGTERM is told as by Ctrl-C: exit 3, and reports that say that they are of a part', async () => {
    const place = join(folder, 'sigterm');
    const { child, ended } = await underWay(['conform', ...reportsIn(place)], {});
    child.kill('SIGTERM');
    const { exit, stdout, stderr } = await ended;
    expect({ exit, stderr }).toEqual({
      exit: 3,
      stderr: '\nplumbline: stopping; once more to stop at once\n',
    });
    expect(stdout).toMatch(/interrupted\nINCOMPLETE/);
    for (const kind of kinds) expect(left(place, kind)).toBe('whole, of a part');
    expect(readdirSync(place).sort()).toEqual(['json', 'junit', 'ndjson']);
  });

  it('by a second signal leaves no file that is not whole', async () => {
    const place = join(folder, 'twice');
    const { child, ended, prints } = await underWay(['conform', ...reportsIn(place)], {});
    child.kill('SIGTERM');
    await prints('stopping');
    child.kill('SIGTERM');
    // The first may have been faster.
    expect([130, 3]).toContain((await ended).exit);
    expect(partials(place)).toEqual([]);
  });

  it('by kill -9 leaves a stale file that the next run does not mind', async () => {
    const place = join(folder, 'killed');
    const { child, ended } = await underWay(['conform', ...reportsIn(place)], {});
    child.kill('SIGKILL');
    await ended;
    expect(left(place, 'json')).toBe('absent');
    expect(left(place, 'junit')).toBe('absent');
    expect(['absent', 'partial']).toContain(left(place, 'ndjson'));
    expect((await plumbline([...few, ...reportsIn(place)])).exit).toBe(0);
    for (const kind of kinds) expect(left(place, kind)).toBe('whole');
  });

  it.runIf(onLinux).each(['SIGTERM', 'twice'])(
    'by %s stops the programs of its command drivers',
    async (how) => {
      const mark = `PLUMBLINE_MARK_${randomUUID()}`;
      const file = join(folder, `${mark}.yaml`);
      const served = join(folder, `${mark}-served.yaml`);
      const server = start(['serve', '--port', '0', '--write-target', served]);
      await server.prints('Stop with Ctrl-C');
      const [, ws] = /ws: (\S+)/.exec(readFileSync(served, 'utf8')) ?? [];
      // A program that answers nothing, minds no end of its input, and has a child.
      const entry = {
        ...{ name: 'mine', surface: 'emit', dialect: 'emit@1', dedicated: true, urls: { ws } },
        spaces: [{ id: 'space-1', tokens: { producer: 'aaaa', worker: 'bbbb', read: 'cccc' } }],
        drivers: ['command'],
        command: {
          run: 'sleep 600; true',
          verbs: ['create', 'poll', 'ack', 'progress', 'checkpoint', 'complete', 'fail'],
        },
        deadlines: { connectMs: 3000, answerMs: 30000 },
      };
      writeFileSync(file, JSON.stringify({ targets: [entry] }));
      const { child, ended, prints } = start(['conform', '--target', file], { PLUMBLINE_MARK: mark });
      // The run itself, a shell, and a sleep.
      await expect.poll(() => marked(mark).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
      child.kill('SIGTERM');
      if (how === 'twice') {
        await prints('stopping');
        child.kill('SIGTERM');
      }
      expect([3, 130]).toContain((await ended).exit);
      await untilGone(mark);
      server.child.kill('SIGTERM');
      expect((await server.ended).exit).toBe(0);
    },
  );
});

/** A file system of a few kilobytes, or one that takes nothing; undefined where we may not mount. */
function mounted(name: string, options: string): string | undefined {
  const place = join(folder, name);
  mkdirSync(place);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place], { stdio: 'ignore' });
    return place;
  } catch {
    return undefined;
  }
}

describe('a report that cannot be written', { timeout: 120_000 }, () => {
  const mounts: string[] = [];
  afterAll(() => {
    for (const place of mounts) execFileSync('umount', [place]);
  });

  it.each(kinds)('%s on a disk that is full by then: exit 3, and nothing that looks whole', async (kind) => {
    const place = mounted(`full-${kind}`, 'size=16k');
    if (place !== undefined) mounts.push(place);
    const file = place === undefined ? '/dev/full' : join(place, kind);
    const { exit, stderr } = await plumbline([...few, '--reporter', `${kind}=${file}`]);
    expect(stderr).toMatch(/^plumbline: a report could not be written: .*ENOSPC.*; exit 3\n$/);
    expect(exit).toBe(3);
    if (place === undefined) return;
    expect(left(place, kind)).toBe(kind === 'ndjson' ? 'partial' : 'absent');
    expect(partials(place)).toEqual([]);
  });

  it('is told before anything runs where that can be known: exit 2', async () => {
    writeFileSync(join(folder, 'a-file'), '');
    const readOnly = mounted('read-only', 'ro');
    if (readOnly !== undefined) mounts.push(readOnly);
    const places = [folder, join(folder, 'a-file', 'below'), ...(readOnly ? [join(readOnly, 'x')] : [])];
    for (const place of places) {
      const { exit, stdout, stderr } = await plumbline([...few, '--reporter', `json=${place}`]);
      expect(stderr).toMatch(/^plumbline: --reporter json=\S+: cannot be written: .*\n$/);
      expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    }
  });

  it.runIf(onLinux)('is never put in the place of a device, and follows a link', async () => {
    const real = join(folder, 'real.json');
    const link = join(folder, 'link.json');
    writeFileSync(real, 'before');
    symlinkSync(real, link);
    // A device of our own: the machine would be broken, were it the one in /dev that a mistake replaces.
    const device = join(folder, 'null');
    let mayMake = true;
    try {
      execFileSync('mknod', [device, 'c', '1', '3'], { stdio: 'ignore' });
    } catch {
      mayMake = false;
    }
    const args = mayMake ? [`junit=${device}`] : [];
    const { exit } = await plumbline([...few, '--reporter', `json=${link}`, ...args]);
    expect(exit).toBe(0);
    if (mayMake) expect(lstatSync(device).isCharacterDevice()).toBe(true);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(parseJson(readFileSync(real, 'utf8'))).toMatchObject({ complete: true });
  });

  it.runIf(onLinux)('to a reader that has gone after a line is told, the terminal goes on', async () => {
    for (const [reporter, expected] of [
      ['ndjson', 3],
      ['terminal', 0],
    ] as const) {
      const { child, ended } = start([...few, '--reporter', reporter]);
      child.stdout.once('data', () => child.stdout.destroy());
      const { exit, stderr } = await ended;
      expect(stderr).not.toMatch(/^ {4}at /m);
      expect(exit, reporter).toBe(expected);
    }
  });
});
