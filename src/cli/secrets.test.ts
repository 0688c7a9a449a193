import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { parse } from 'yaml';
import type { JsonObject } from '../contract/json.ts';
import { reporters } from '../report/index.ts';
import { type OnAPort, onAPort } from '../wire/on-a-port.ts';
import { plumbline, start } from './spawned.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Each is told from all others by its name, and has what must be escaped or encoded in it. */
const secret = (name: string): string => `S3cr3t/${name}+"quoted"\\é&=${name}~planted`;
const header = (name: string): string => `S3cr3t/${name}+"quoted"&=${name}~planted`;
const environment = {
  PLANTED_WORKER: secret('of-env-worker'),
  PLANTED_HEADER: header('of-env-header'),
  PLANTED_COMMAND: 'S3cr3t-of-env-command-planted',
  PLUMBLINE_TOKEN: header('of-url-token'),
  PLUMBLINE_SECRET: header('of-url-secret'),
};
const planted = [
  ...[
    'producer',
    'worker',
    'read',
    'progress',
    'public',
    'revoked',
    'unscoped',
    'app-secret',
    'api',
    'foreign-api',
  ],
  ...['beam-valid', 'beam-revoked', 'handler-key'],
].map(secret);
const headers = { 'x-gateway': header('of-gateway'), 'x-env': `\${PLANTED_HEADER}` };
const all = [...planted, headers['x-gateway'], ...Object.values(environment)];

/**
 * Every form in which a secret may come out. Pieces count as well: what is cut in the midst of one, or runs into its
 * neighbours in base64, still tells most of it.
 */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // Without the characters at either end that depend on what is beside it.
    const own = whole.slice(
      offset === 0 ? 0 : offset + 1,
      (offset + bytes.length) % 3 === 0 ? undefined : -1,
    );
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const escaped = JSON.stringify(text).slice(1, -1);
  return [
    ...[text, escaped, JSON.stringify(escaped).slice(1, -1), encodeURIComponent(text), encodeURI(text)],
    ...[new URLSearchParams({ a: text }).toString().slice(2), bytes.toString('hex'), ...base64],
    // As XML has it.
    text.replaceAll('&', '&amp;').replaceAll('"', '&quot;'),
  ];
}

/** What is to be found in no output: each form, by the longest piece of it that is not common to all. */
const forbidden = all.flatMap((text) =>
  formsOf(text).flatMap((form) => [form, form.slice(0, 24), form.slice(-24)]),
);

function expectNoSecret(output: string, told: string): void {
  const found = forbidden.filter((form) => output.includes(form));
  expect(
    found,
    `${told}: ${found.map((form) => output.slice(Math.max(0, output.indexOf(form) - 60)).slice(0, 160)).join('\n')}`,
  ).toEqual([]);
}

/** The texts of what a request tells, over and over, in every form: what a server that means harm sends back. */
function reflection(request: IncomingMessage, body: string): string[] {
  const url = request.url ?? '';
  const told = [url, body, ...Object.values(request.headers).flat().map(String)];
  const plain = told.flatMap((text) => {
    const decoded = safely(() => decodeURIComponent(text));
    return [
      text,
      decoded,
      text.replace(/^Bearer /, ''),
      ...new URLSearchParams(url.replace(/^[^?]*/, '')).values(),
    ];
  });
  // Each time another secret in another form comes first, where the harness looks most closely.
  const worth = [...new Set(plain)].filter((text) => text.includes('S3cr3t'));
  const forms = (worth.length > 0 ? worth : plain).flatMap((text) => [
    ...[text, encodeURIComponent(text), JSON.stringify(text), JSON.stringify(JSON.stringify(text))],
    ...[0, 1, 2].map((offset) => Buffer.from('.'.repeat(offset) + text).toString('base64')),
    Buffer.from(text).toString('hex'),
  ]);
  turn += 1;
  const from = (turn * 7) % forms.length;
  return [...forms.slice(from), ...forms.slice(0, from)];
}

let turn = 0;

function safely(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** A server that accepts everything, and tells everybody what it was told, wherever there is room for it. */
async function reflector(): Promise<OnAPort> {
  let calls = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const said = reflection(request, body);
      calls += 1;
      const header = encodeURIComponent(said.join(' ')).slice(0, 8000);
      const status = [200, 201, 302, 403, 500][calls % 5] ?? 200;
      response.writeHead(status, `said ${header.slice(0, 200)}`, {
        'x-said': header,
        location: `/?said=${header}`,
        'content-type': 'application/json',
      });
      response.end(
        JSON.stringify({
          id: said[0] ?? 'x',
          auth: said[0],
          error: said,
          data: { request_id: said.at(-1) },
          jobs: said,
          said,
        }),
      );
    });
  });
  const sockets = new WebSocketServer({ noServer: true });
  const heard: string[] = [];
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    calls += 1;
    const said = reflection(request, '');
    heard.push(...said.slice(0, 4));
    if (calls % 4 === 0) {
      const text = said.join(' ');
      socket.end(
        `HTTP/1.1 403 ${encodeURIComponent(text).slice(0, 200)}\r\nx-said: ${encodeURIComponent(text).slice(0, 4000)}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (open) => {
      open.on('error', () => {});
      for (const text of said) open.send(text);
      open.send(
        JSON.stringify({
          event: 'pusher:connection_established',
          data: JSON.stringify({ socket_id: '1.2', activity_timeout: 120, said }),
        }),
      );
      open.send(JSON.stringify({ type: 'init', jobId: said[0], data: said, status: said[1] }));
      open.send(Buffer.from(said.join('')));
      open.on('message', (data) => {
        open.send(String(data));
        open.send(
          JSON.stringify({ event: 'pusher:error', data: { message: String(data), said: heard.slice(-20) } }),
        );
      });
      const reason = Buffer.from(said[calls % said.length] ?? '')
        .subarray(0, 120)
        .toString('utf8')
        .replace(/\ufffd+$/, '');
      if (calls % 3 === 0) open.close(4000, reason);
    });
  });
  return onAPort(server);
}

let server: OnAPort;
beforeAll(async () => {
  expect((await plumbline(['--version'])).exit).toBe(0);
  server = await reflector();
}, 180_000);
afterAll(() => server.close());

/** Entries of all surfaces, with a secret wherever one can stand. */
function entries(port: number): readonly JsonObject[] {
  const [ws, http] = [`ws://127.0.0.1:${port}`, `http://127.0.0.1:${port}`];
  const shared = { headers, deadlines: { connectMs: 400, answerMs: 120 }, dedicated: true };
  const [producer, , read, progress, open, revoked, unscopedToken] = planted;
  return [
    {
      ...{
        ...shared,
        name: 'emit',
        surface: 'emit',
        dialect: 'emit@1',
        urls: { ws, http },
        unscopedToken: unscopedToken ?? '',
      },
      spaces: [
        {
          id: 'a',
          tokens: { producer, worker: `\${PLANTED_WORKER}`, read, progress, public: open, revoked },
        },
      ],
    } as JsonObject,
    {
      ...{ ...shared, name: 'pusher', surface: 'pusher', dialect: 'modelbeam', role: 'application' },
      urls: { ws, auth: `${http}/broadcasting/auth`, trigger: http, api: http },
      app: { id: '1', key: 'public-key', secret: secret('app-secret') },
      clients: [
        { id: '1', tokens: { api: secret('api'), revoked: secret('revoked') } },
        { id: '2', tenant: 'foreign', tokens: { api: secret('foreign-api') } },
      ],
      jobs: { submit: { path: '/submit' }, status: { path: '/status/{request}' }, webhooks: true },
    },
    {
      ...{ ...shared, name: 'beam', surface: 'beam', dialect: 'beta9', urls: { ws } },
      tokens: { valid: secret('beam-valid'), revoked: secret('beam-revoked') },
      handler: { key: secret('handler-key') },
    },
  ];
}

function targetFile(name: string, targets: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify({ targets }, null, 2));
  return file;
}

/** All that a command says or writes. */
async function outputOf(
  args: readonly string[],
  reports = false,
): Promise<{ readonly exit: number | null; readonly text: string }> {
  const place = mkdtempSync(join(folder, 'reports-'));
  const kinds = Object.keys(reporters);
  const wanted = reports ? ['--reporter', ...kinds.map((kind) => `${kind}=${join(place, kind)}`)] : [];
  const { exit, stdout, stderr } = await plumbline([...args, ...wanted], environment);
  const files = readdirSync(place).map(
    (name) => readFileSync(join(place, name), 'latin1') + readFileSync(join(place, name), 'utf8'),
  );
  return { exit, text: [stdout, stderr, ...files].join('\n') };
}

describe('no planted secret is in any output', { timeout: 300_000 }, () => {
  it('of a run against a server that sends back all it is told', async () => {
    const file = targetFile('reflected.yaml', entries(server.port));
    const args = ['conform', '--target', file, '--verbose', '--timeout-multiplier', '0.5'];
    const { exit, text } = await outputOf(args, true);
    expect([1, 3]).toContain(exit);
    // It did come back, and was taken out.
    expect(text.includes('[redacted]')).toBe(true);
    expectNoSecret(text, 'reflected');
  });

  it('of a run against the reference server', async () => {
    const served = join(folder, 'served.yaml');
    const { child, ended, prints } = start(['serve', '--port', '0', '--write-target', served]);
    await prints('Stop with Ctrl-C');
    // Its credentials are published, but a run cannot know that.
    const { targets } = parse(readFileSync(served, 'utf8')) as { targets: readonly JsonObject[] };
    const tokens = [
      ...JSON.stringify(targets).matchAll(
        /"(?:\w+_own\d+_\w+|plumbline-\w+-(?:token|revoked)-\d+|\w+-client-\w+-\w+-token)"/g,
      ),
    ].map(([quoted]) => quoted.slice(1, -1));
    expect(tokens.length).toBeGreaterThan(50);
    const { exit, text } = await outputOf(['conform', '--target', served, '--verbose'], true);
    child.kill('SIGTERM');
    await ended;
    expect([0, 4]).toContain(exit);
    expect(tokens.filter((token) => text.includes(token))).toEqual([]);
  });

  it('of --list, --dry-run and --explain', async () => {
    const file = targetFile('offline.yaml', entries(server.port));
    for (const args of [['--list'], ['--dry-run', '--verbose'], ['--explain', 'E12']]) {
      const { exit, text } = await outputOf(['conform', '--target', file, ...args]);
      expect(exit).toBe(0);
      expectNoSecret(text, args.join(' '));
    }
  });

  it('where credentials stand in a URL', async () => {
    const token = encodeURIComponent(header('of-url-token'));
    for (const path of ['/x', '/api/v1/realtime/spaces/a']) {
      const url = `ws://user:${token}@127.0.0.1:${server.port}${path}?token=${token}`;
      const { text } = await outputOf(
        ['conform', '--target', url, '--verbose', '--timeout-multiplier', '0.1'],
        true,
      );
      expectNoSecret(text, path);
    }
  });

  it('of what is said of a broken target file', async () => {
    const text = JSON.stringify({ targets: entries(server.port) }, null, 2);
    const token = JSON.stringify(secret('read'));
    const yaml = `targets:\n  - name: a\n    surface: beam\n    dialect: document\n    urls: { ws: "ws://h/" }\n    tokens:\n      valid: `;
    const key = `-----BEGIN PRIVATE KEY-----\n${secret('handler-key')}`;
    const password = encodeURIComponent(secret('api'));
    const broken = [
      ...[
        text.replace(token, `${token} ${token}`),
        text.replace(token, `[${token}]`),
        text.replace(token, `{${token}: 1}`),
      ],
      ...[
        text.replace(`"read": ${token}`, `${token}: "read"`),
        text.replace(token, token.slice(0, -1)),
        text.replace('"beam"', token),
      ],
      ...[
        text.replace('"emit@1"', token).replace('"x-env"', '"x-\\u0000"'),
        text.slice(0, text.indexOf(token) + 30),
      ],
      ...[`*`, `!`, `@`, `%`, '>', '|', '? ', '- ', '&a *', '{', '[', '"', "'"].map(
        (mark) => `${yaml}${mark}${secret('read')}\n`,
      ),
      ...[
        `${yaml}x\n    tls: { ca: ${JSON.stringify(key)} }\n`,
        `${yaml}x\n    control: "http://user:${password}@h/"\n`,
      ],
      ...[
        `${yaml}x\n    control: "http://h/?token=${password}"\n`,
        `${yaml}"\${NONE_${'x'}:-}\${A B:-${secret('read').replaceAll('"', '')}}"\n`,
      ],
      `${yaml}x\n    dialect: ${JSON.stringify(secret('read'))}\n`,
      `${yaml}x\n    pins: { A16: "\${PLANTED_COMMAND}" }\n`,
    ];
    let refused = 0;
    const judge = async (content: string, at: number): Promise<void> => {
      const file = join(folder, `broken-${at}.yaml`);
      writeFileSync(file, content);
      const output = await outputOf(['conform', '--target', file, '--dry-run', '--verbose']);
      if (output.exit === 2) refused += 1;
      else expect(output.exit).toBe(0);
      expectNoSecret(output.text, content.slice(-300));
    };
    for (let at = 0; at < broken.length; at += 3) {
      await Promise.all(broken.slice(at, at + 3).map((content, n) => judge(content, at + n)));
    }
    expect(refused).toBeGreaterThan(broken.length / 2);
  });
});
