import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nullVariable } from './options.ts';

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.js', '--if-stale'], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
}, 120_000);

let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
});

function start(options: string, stdin: 'pipe' | 'ignore' = 'pipe'): ChildProcess {
  child = spawn(process.execPath, ['dist/load-null.js'], {
    stdio: [stdin, 'pipe', 'pipe'],
    env: { ...process.env, [nullVariable]: options },
  });
  return child;
}

async function lineOf({ stdout }: ChildProcess): Promise<{ http: string; ws: string; targets: object[] }> {
  if (!stdout) throw new Error('no output');
  const [line] = (await once(createInterface(stdout), 'line')) as [string];
  return JSON.parse(line) as { http: string; ws: string; targets: object[] };
}

describe('the process of the null server', () => {
  it('says where it is, does as the environment has it, and ends with its input', async () => {
    const process = start('{"tenants":2}');
    const { http, ws, targets } = await lineOf(process);
    expect(ws).toBe(http.replace('http', 'ws'));
    expect(targets.map((target) => (target as { name: string }).name)).toEqual([
      'null-pusher',
      'null-emit',
      'null-beam',
    ]);
    expect((targets[1] as { spaces: object[] }).spaces).toHaveLength(3);
    expect((await fetch(`${http}/ledger`)).status).toBe(200);
    process.stdin?.end();
    expect((await once(process, 'exit'))[0]).toBe(0);
  });

  it('ends on SIGTERM, and needs no input', async () => {
    const process = start('', 'ignore');
    const { http } = await lineOf(process);
    expect((await fetch(`${http}/ledger`)).status).toBe(200);
    process.kill('SIGTERM');
    expect((await once(process, 'exit'))[0]).toBe(0);
  });

  it('does not start with options that it cannot read', async () => {
    const process = start('{');
    const [code] = await once(process, 'exit');
    expect(code).not.toBe(0);
  });
});
