import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../contract/spec-files.ts';
import { plumbline, start } from './spawned.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-conform-'));
const closing: (() => void)[] = [];
/** A few checks of the embedded server, all of which it meets. */
const few = ['conform', '--surface', 'emit', '--only', 'emit:emit/handshake/**'];

beforeAll(async () => {
  expect((await plumbline(['--version'])).exit).toBe(0);
}, 180_000);

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

function emitTarget(port: number, name = 'targets.yaml'): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    `targets:
  - name: mine
    surface: emit
    urls: { ws: ws://127.0.0.1:${port}, http: http://127.0.0.1:${port} }
    spaces:
      - id: a
        tokens: { producer: "\${SECRET}-producer", worker: "\${SECRET}-worker", read: "\${SECRET}-read", public: "\${SECRET}-public" }
    dedicated: true
    deadlines: { connectMs: 500, answerMs: 500 }
`,
  );
  return file;
}

const env = { SECRET: 'very/secret+value' };

/** How a result differs from its schema. */
function violations(result: unknown): unknown {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  (formats as unknown as (ajv: Ajv2020) => void)(ajv);
  const schema = JSON.parse(readFileSync(join(packageRoot(), 'specs/formats/result.schema.json'), 'utf8'));
  const validate = ajv.compile(schema);
  return validate(result) ? [] : validate.errors;
}

describe('conform', { timeout: 90_000 }, () => {
  it('judges the embedded reference server without a target', async () => {
    const { exit, stdout, stderr } = await plumbline([...few, '--seed', '7']);
    expect(stdout).toMatch(
      /^plumbline \d+\.\d+\.\d+ {2}emit \(emit@1\)\n\d+ checks in \d+ scenes? · seed 7\n/,
    );
    expect(stdout).toMatch(/\nCONFORMANT {2}the embedded reference server · /);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  });

  it('says of a target that is down so in one clear line, exit 3, in under 10 s', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const { exit, stdout, ms } = await plumbline(['conform', '--target', emitTarget(port)], env);
    expect(stdout.match(/ECONNREFUSED/g)?.length).toBeLessThanOrEqual(2);
    expect(stdout).toMatch(/\n {2}target unreachable: mine: .*ECONNREFUSED.*\nINCOMPLETE /);
    expect(exit).toBe(3);
    expect(ms).toBeLessThan(10_000);
  });

  it('shows a failure, exit 1, and how to see it again', async () => {
    const file = join(folder, 'served.yaml');
    const fault = 'emit/checkpoint-kept-for-progress';
    const server = start(['serve', '--port', '0', '--fault', fault, '--write-target', file]);
    await server.prints('Stop with Ctrl-C');
    const only = 'emit:emit/scope/checkpoint/**';
    const { exit, stdout } = await plumbline([
      'conform',
      '--target',
      file,
      '--surface',
      'emit',
      '--only',
      only,
    ]);
    server.child.kill('SIGINT');
    expect((await server.ended).exit).toBe(0);
    expect(stdout).toMatch(/\n✗ emit\/scope\/checkpoint\/stripped-for-progress +MUST .*E12/);
    expect(stdout).toContain(
      `again     npm run conform -- --target ${file} --only emit:emit/scope/checkpoint/stripped-for-progress\n`,
    );
    expect(stdout).toMatch(/\nNON-CONFORMANT [\s\S]* exit 1\n$/);
    expect(exit).toBe(1);
  });

  it('writes every report that was asked for', async () => {
    const report = (name: string): string => join(folder, 'reports', name);
    const args = ['json', 'ndjson', 'junit'].map((name) => `${name}=${report(name)}`);
    const { exit, stdout } = await plumbline([...few, '--reporter', ...args]);
    expect(stdout).toContain('CONFORMANT');
    expect(exit).toBe(0);
    expect(readdirSync(join(folder, 'reports')).sort()).toEqual(['json', 'junit', 'ndjson']);
    const result = JSON.parse(readFileSync(report('json'), 'utf8'));
    expect(result).toMatchObject({ verdict: 'conformant', exit: 0, complete: true });
    expect(violations(result)).toEqual([]);
    expect(
      JSON.parse(readFileSync(report('ndjson'), 'utf8').trimEnd().split('\n').at(-1) ?? ''),
    ).toMatchObject({
      event: 'footer',
      cases: result.cases.length,
    });
    expect(readFileSync(report('junit'), 'utf8')).toContain(
      '<testcase classname="plumbline" name="plumbline verdict"',
    );
  });

  it('has standard output for a report alone, if one is to go there', async () => {
    const { stdout } = await plumbline([...few, '--reporter', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ format: 'plumbline-result/1' });
  });

  it.runIf(process.platform === 'linux')('is no success if a report was lost: exit 3', async () => {
    const { exit, stdout, stderr } = await plumbline([...few, '--reporter', 'ndjson=/dev/full']);
    expect(stdout).toMatch(/ENOSPC[^·]*\nINCOMPLETE/);
    expect(stderr).toMatch(/^plumbline: a report could not be written: ndjson=\/dev\/full: .*ENOSPC/);
    expect(exit).toBe(3);
  });

  it('is no success if the reader of a report has gone: exit 3; of the terminal: all the same', async () => {
    for (const [reporter, expected] of [
      ['ndjson', 3],
      ['terminal', 0],
    ] as const) {
      const { child, ended } = start([...few, '--reporter', reporter]);
      child.stdout.destroy();
      const { exit, stderr } = await ended;
      expect(exit, reporter).toBe(expected);
      expect(stderr).not.toMatch(/^ {4}at /m);
    }
  });

  it('lets no secret out, whatever the server does with it', async () => {
    const server = createServer((request, response) => {
      const { authorization = '', 'x-api-key': key = '' } = request.headers;
      const said = `${request.url} ${authorization} ${key}`;
      response.writeHead(403, { 'x-said': encodeURIComponent(said) });
      response.end(
        JSON.stringify({
          said,
          base64: Buffer.from(said).toString('base64'),
          decoded: decodeURIComponent(said),
        }),
      );
    });
    server.on('upgrade', (request, socket) => {
      socket.on('error', () => {});
      const said = `${decodeURIComponent(request.url ?? '')} ${request.url} ${Buffer.from(request.url ?? '').toString('base64')}`;
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nx-said: ${said}\r\ncontent-length: ${said.length}\r\nconnection: close\r\n\r\n${said}`,
      );
    });
    const port = await listen(server);
    const reports = ['json', 'ndjson', 'junit', 'terminal'].map((name) => join(folder, `leak.${name}`));
    const args = reports.map((file) => `${file.split('.').at(-1)}=${file}`);
    const { stdout, stderr } = await plumbline(
      ['conform', '--target', emitTarget(port), '--verbose', '--reporter', ...args],
      env,
    );
    const all = [stdout, stderr, ...reports.map((file) => readFileSync(file, 'utf8'))].join('\n');
    expect(all).toContain('[redacted]');
    for (const form of [
      env.SECRET,
      encodeURIComponent(env.SECRET),
      Buffer.from(env.SECRET).toString('base64').slice(0, -4),
    ]) {
      expect(all).not.toContain(form);
    }
  });

  it('prints no token of a URL', async () => {
    const url = 'ws://127.0.0.1:9/x?auth_token=token-in-url';
    const json = join(folder, 'url.json');
    const { exit, stdout, stderr } = await plumbline(
      ['conform', '--target', url, '--reporter', `json=${json}`],
      { PLUMBLINE_SECRET: 'handler-key-of-env' },
    );
    expect(exit).toBe(3);
    const all = stdout + stderr + readFileSync(json, 'utf8');
    expect(all).not.toMatch(/token-in-url|handler-key-of-env/);
    expect(JSON.parse(readFileSync(json, 'utf8')).command).toMatch(/ --target ws:\/\/127\.0\.0\.1:9\/x$/);
  });

  it('ends at the first Ctrl-C with a report marked incomplete, exit 3', async () => {
    const port = await listen(createTcpServer((socket) => socket.on('error', () => {})));
    const json = join(folder, 'interrupted.json');
    const file = emitTarget(port, 'silent.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('answerMs: 500', 'answerMs: 60000'));
    const { child, ended, prints } = start(['conform', '--target', file, '--reporter', `json=${json}`], env);
    await prints(/seed \d+/);
    child.kill('SIGINT');
    await prints('stopping; once more to stop at once');
    const asked = performance.now();
    const { exit, stdout } = await ended;
    expect(exit).toBe(3);
    expect(performance.now() - asked).toBeLessThan(5000);
    expect(stdout).toMatch(/interrupted\nINCOMPLETE/);
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ complete: false, verdict: 'incomplete' });
  });
});

describe('serve', { timeout: 90_000 }, () => {
  it('says where it is and how to try it, writes a target file, and ends at Ctrl-C with exit 0', async () => {
    const file = join(folder, 'serve.yaml');
    const { child, ended, prints } = start(['serve', '--port', '0', '--write-target', file]);
    const banner = await prints('Stop with Ctrl-C');
    expect(banner).toMatch(/plumbline serves at http:\/\/127\.0\.0\.1:\d+\n/);
    expect(banner).toMatch(/ws:\/\/127\.0\.0\.1:\d+\/api\/v1\/realtime\/spaces\//);
    expect(banner).toContain(`plumbline conform --target ${file}`);
    const { exit } = await plumbline([
      'conform',
      '--target',
      file,
      '--surface',
      'emit',
      '--only',
      'emit/handshake/**',
    ]);
    expect(exit).toBe(0);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ exit: 0, stderr: '' });
  });

  it('serves TLS that its own target file trusts', async () => {
    const file = join(folder, 'tls.yaml');
    const { child, ended, prints } = start(['serve', '--port', '0', '--tls', '--write-target', file]);
    await prints('Stop with Ctrl-C');
    const { exit, stdout } = await plumbline([
      'conform',
      '--target',
      file,
      '--surface',
      'emit',
      '--only',
      'emit/handshake/**',
    ]);
    child.kill('SIGINT');
    expect((await ended).exit).toBe(0);
    expect(stdout).toContain('CONFORMANT');
    expect(exit).toBe(0);
  });

  it('says that its port is taken, exit 2', async () => {
    const port = await listen(createTcpServer());
    const { exit, stderr } = await plumbline(['serve', '--port', String(port)]);
    expect(stderr).toMatch(/^plumbline: port \d+ on 127\.0\.0\.1 is taken/);
    expect(exit).toBe(2);
  });
});
