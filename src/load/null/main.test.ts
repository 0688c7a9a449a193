import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { markerOf } from '../wire/marker.ts';
import { nullVariable } from './options.ts';
import { WsViewer } from './ws-viewer.ts';

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

  it('ends when whoever started it is gone', async () => {
    // Its input is no pipe here, so that only the loss of its parent can end it.
    child = spawn('sh', ['-c', `"${process.execPath}" dist/load-null.js </dev/null & read line`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { stdout } = child;
    if (!stdout) throw new Error('no output');
    const ended = once(stdout, 'close');
    const { http } = await lineOf(child);
    expect((await fetch(`${http}/ledger`)).status).toBe(200);
    child.kill('SIGKILL');
    await ended;
    await expect(fetch(`${http}/ledger`)).rejects.toThrow();
  });

  it('acknowledges before it delivers', async () => {
    // So long over each delivery that whoever is told afterwards is told much later.
    const { http, ws } = await lineOf(start('{"faults":{"serviceTime":200000}}'));
    const viewers: WsViewer[] = [];
    for (let n = 0; n < 4; n++) {
      viewers.push(await WsViewer.ready('pusher', `${ws}/app/null-key`, 1, { channel: 'private-a' }));
    }
    const data = JSON.stringify({ request_id: markerOf({ run: 1, channel: 0, number: 0 }), progress: 0 });
    const body = JSON.stringify({ name: 'x', channel: 'private-a', data });
    const order: string[] = [];
    await Promise.all([
      fetch(`${http}/apps/null/events`, { method: 'POST', body }).then(() => order.push('acknowledged')),
      viewers[3]?.until(() => viewers[3]?.seen.length === 1).then(() => order.push('delivered')),
    ]);
    expect(order).toEqual(['acknowledged', 'delivered']);
    for (const { socket } of viewers) socket.terminate();
  });

  it('does not start with options that it cannot read', async () => {
    const process = start('{');
    const [code] = await once(process, 'exit');
    expect(code).not.toBe(0);
  });
});
