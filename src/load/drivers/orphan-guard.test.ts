import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

let folder: string;
let module: string;
const children: ChildProcess[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-guard-'));
  const file = join(folder, 'orphan-guard.mjs');
  const source = readFileSync(new URL('orphan-guard.ts', import.meta.url), 'utf8');
  writeFileSync(file, transformSync(source, { loader: 'ts' }).code);
  module = pathToFileURL(file).href;
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<readonly [code: number | null, signal: string | null]>;
  readonly said: string[];
}

/** A Node process, once it has said something. */
async function running(script: string): Promise<Running> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const said: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(...text.trim().split('\n')));
  const exited = new Promise<readonly [number | null, string | null]>((resolve) =>
    child.once('close', (code, signal) => resolve([code, signal])),
  );
  await once(child.stdout, 'data');
  return { child, exited, said };
}

/** It ends with the SIGINT of that number, and not by itself. */
const stubborn = (number: number) =>
  running(`let got = 0;
    process.on('SIGINT', () => { console.log('INT'); got += 1; if (got === ${number}) process.exit(7); });
    setInterval(() => {}, 1000);
    console.log('there');`);

/** Has another guarded, until it is told that all is over. */
const guardian = ({ child }: Running) =>
  running(`import { guardOrphan } from ${JSON.stringify(module)};
    const over = guardOrphan(${child.pid}, 300);
    process.stdin.once('data', () => { over(); console.log('over'); });
    console.log('there');`);

function guardsOf({ child }: Running): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      return words.includes('plumbline-guard') && words.includes(String(child.pid));
    } catch {
      // It has just ended.
      return false;
    }
  });
}

it('a process whose guardian was killed is interrupted twice', async () => {
  const guarded = await stubborn(2);
  (await guardian(guarded)).child.kill('SIGKILL');
  expect(await guarded.exited).toEqual([7, null]);
  expect(guarded.said).toEqual(['there', 'INT', 'INT']);
  await expect.poll(() => guardsOf(guarded), { timeout: 20_000 }).toEqual([]);
}, 60_000);

it('one that does not mind that is killed', async () => {
  const guarded = await stubborn(Number.POSITIVE_INFINITY);
  (await guardian(guarded)).child.kill('SIGKILL');
  expect(await guarded.exited).toEqual([null, 'SIGKILL']);
  expect(guarded.said).toEqual(['there', 'INT', 'INT']);
}, 60_000);

it('one whose guardian has seen it end is left alone, whoever has its number then', async () => {
  const guarded = await stubborn(1);
  const { child, said } = await guardian(guarded);
  expect(guardsOf(guarded).length).toBe(1);
  child.stdin?.write('over\n');
  await expect.poll(() => guardsOf(guarded), { timeout: 20_000 }).toEqual([]);
  await expect.poll(() => said).toEqual(['there', 'over']);
  child.kill('SIGKILL');
  expect(guarded.said).toEqual(['there']);
  expect(guarded.child.exitCode).toBeNull();
}, 60_000);

it('the guard is not reached by what interrupts its guardian', async () => {
  const guarded = await stubborn(1);
  const { child } = await guardian(guarded);
  const [guard] = guardsOf(guarded);
  const groupOf = (pid: number | string | undefined) =>
    readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[2];
  expect(groupOf(guard)).toBe(guard);
  expect(groupOf(child.pid)).not.toBe(guard);
});
