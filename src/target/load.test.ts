import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../contract/contract.ts';
import { packageRoot } from '../contract/spec-files.ts';
import { loadTargets, targetsOf } from './load.ts';
import { smallContract } from './small-contract.ts';
import { secretsOf } from './target.ts';

const contract = smallContract(
  JSON.parse(readFileSync(join(packageRoot(), 'specs/formats/target.schema.json'), 'utf8')),
);
const folder = mkdtempSync(join(tmpdir(), 'plumbline-targets-'));

function fileOf(text: string, name = 'targets.yaml'): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function load(text: string, env: Record<string, string> = {}) {
  return loadTargets(fileOf(text), { contract, env });
}

/** The message that a file is refused with, without the folder it happens to be in. */
async function refusal(text: string, env: Record<string, string> = {}): Promise<string> {
  const cause = await load(text, env).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(cause).toBeInstanceOf(InputError);
  return (cause as InputError).message.replace(`${folder}/`, '');
}

const emit = `targets:
  - name: mine
    surface: emit
    urls: { ws: ws://localhost:1, http: http://localhost:1/ }
    spaces:
      - { id: a }
`;

const pusher = `targets:
  - name: mine
    surface: pusher
    dialect: modelbeam
    role: relay
    urls: { ws: wss://example.test/prefix/ }
    app: { key: k }
`;

const variable = (name: string): string => `\${${name}}`;

describe('a target file', () => {
  it('is completed by defaults', async () => {
    const [target] = await load(emit);
    expect(target).toEqual({
      name: 'mine',
      surface: 'emit',
      dialect: 'emit@1',
      urls: { ws: 'ws://localhost:1', http: 'http://localhost:1' },
      spaces: [{ id: 'a', tenant: 'own', tokens: {} }],
      drivers: ['emit-rest'],
      headers: {},
      tls: {},
      capabilities: [],
      deadlines: { connectMs: 3000, answerMs: 5000 },
      warmupMs: 0,
      dedicated: false,
      limits: {},
      excludes: [],
      pins: {},
      secrets: [],
      at: `${join(folder, 'targets.yaml')}:2`,
    });
  });

  it('takes what came from the environment for a secret, unless it is a name or an address', async () => {
    const file = fileOf(
      JSON.stringify({
        targets: [
          {
            name: 'b',
            surface: 'emit',
            spaces: [{ id: 'a' }],
            urls: { ws: `ws://${variable('HOST')}/` },
            command: { run: `./drive --password ${variable('PASSWORD')}`, verbs: ['create'] },
          },
        ],
      }),
      'secrets.json',
    );
    const env = { HOST: 'server.example', PASSWORD: 'correct-horse' };
    const [target] = await loadTargets(file, { contract, env });
    expect(target && secretsOf(target)).toEqual(['correct-horse']);
  });

  it('may be JSON', async () => {
    const entry = { name: 'b', surface: 'beam', dialect: 'auto', urls: { ws: 'ws://localhost:1/' } };
    const file = fileOf(JSON.stringify({ targets: [entry] }, null, 2), 'targets.json');
    const [target] = await loadTargets(file, { contract, env: {} });
    expect(target).toMatchObject({ dialect: 'auto', drivers: ['none'], urls: { ws: 'ws://localhost:1/' } });
  });

  it('takes the drivers that its parts are enough for', async () => {
    const all = `${pusher.replace('key: k', 'key: k, id: "1", secret: very-secret')}
    jobs: { submit: { path: /x }, status: { path: "/s/{request}" } }
    `.replace('urls: {', 'urls: { api: http://h, trigger: http://h,');
    expect((await load(all))[0]?.drivers).toEqual(['jobs-rest', 'pusher-http']);
    expect((await load(pusher))[0]?.drivers).toEqual(['none']);
  });

  it('reads a certificate that lies beside it', async () => {
    const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    fileOf(pem, 'ca.pem');
    const [target] = await load(`${emit}    tls: { ca: ca.pem, serverName: x }\n`);
    expect(target?.tls).toEqual({ ca: pem, serverName: 'x' });
    const [inline] = await targetsOf(
      [{ name: 'b', surface: 'beam', dialect: 'auto', urls: { ws: 'wss://h/' }, tls: { ca: pem } }],
      'embedded',
      contract,
    );
    expect(inline).toMatchObject({ tls: { ca: pem }, at: 'embedded' });
  });
});

describe('environment variables', () => {
  it('fill in any text, with defaults, and a doubled dollar stays', async () => {
    const [target] = await load(`${emit}    headers: { a: "x-\${A}", b: "\${B:-b}", c: "$\${C}" }\n`, {
      A: '1',
      B: '',
    });
    expect(target?.headers).toEqual({ a: 'x-1', b: 'b', c: `\${C}` });
  });

  it('cannot change the shape of the file', async () => {
    const [target] = await load(`${emit}    headers: { a: "\${A}" }\n`, { A: `" }\nx: [\${B}` });
    expect(target?.headers).toEqual({ a: `" }\nx: [\${B}` });
  });

  it.each([
    [{}, 'is not set'],
    [{ TOKEN: '' }, 'is empty'],
  ])('are named where they are missing', async (env, what) => {
    const text = emit.replace('{ id: a }', `{ id: a, tokens: { read: "\${TOKEN}" } }`);
    expect(await refusal(text, env as Record<string, string>)).toBe(
      `targets.yaml:6: targets.0.spaces.0.tokens.read: the environment variable TOKEN ${what}; set it, or give a default: \${TOKEN:-…}`,
    );
  });

  it('never show their values in a message', async () => {
    const hidden = 'a-very-secret-value';
    for (const text of [
      emit.replace('surface: emit', `surface: emit\n    dialect: \${S}`),
      emit.replace('ws://localhost:1', `\${S}`),
      emit.replace('ws://localhost:1', `ftp://x/\${S}`),
      `${emit}    excludes: [{ requirement: "\${S}", reason: r }]\n`,
      `${emit}    pins: { A21: "\${S}" }\n`,
      `${emit}    tls: { ca: "\${S}" }\n`,
      `${emit}      - { id: "\${S}" }\n      - { id: "\${S}" }\n`,
      emit.replace('name: mine', `name: "\${S}!"`),
    ]) {
      const message = await refusal(text, { S: hidden });
      expect(message).not.toContain(hidden);
      expect(message).toMatch(/^targets.yaml:\d+: /);
    }
  });
});

describe('a file that cannot be used is refused with file and line', () => {
  it.each([
    ['targets: []', /^targets\.yaml:1: targets must NOT have fewer than 1 items/],
    [
      emit.replace('{ id: a }', '{ id: a, tokens: { read: $' + '{READ} } }'),
      /^targets\.yaml:6: not valid YAML: .*; between \{ and \}, "\$\{NAME\}" needs its quotes$/,
    ],
    ['targets: [', /^targets\.yaml:1: not valid YAML/],
    [emit.replace('urls:', 'url:'), /^targets\.yaml:\d: /],
    [`${emit}    colour: red\n`, /^targets\.yaml:7: .*colour/],
    [emit.replace('surface: emit', 'surface: mqtt'), /^targets\.yaml:3: .*must be one of pusher, beam, emit/],
    [emit.replace('name: mine', 'name: "a:b"'), /^targets\.yaml:2: /],
    [pusher.replace('    role: relay\n', ''), /^targets\.yaml:2: targets\.0 needs the key "role"/],
    [pusher.replace('    dialect: modelbeam\n', ''), /^targets\.yaml:2: targets\.0 needs the key "dialect"/],
    [
      pusher.replace('modelbeam', 'modelbean'),
      /^targets\.yaml:4: target "mine": pusher has no dialect "modelbean"; write modelbeam, dryapi or auto/,
    ],
    [
      emit.replace('ws: ws:', 'ws: http:'),
      /^targets\.yaml:4: .*urls\.ws begins with http:, and must begin with ws:\/\/ or wss:\/\//,
    ],
    [emit.replace('ws://localhost:1', 'localhost:1'), /^targets\.yaml:4: .*begins with localhost:/],
    [emit.replace('ws://localhost:1', '"ws://"'), /^targets\.yaml:4: .*urls\.ws is no URL/],
    [emit.replace('ws://localhost:1', 'ws://a:b@localhost'), /^targets\.yaml:4: .*user name or password/],
    [emit.replace('ws://localhost:1', 'ws://localhost?token=x'), /^targets\.yaml:4: .*has a query/],
    [`${emit}      - { id: a }\n`, /^targets\.yaml:7: .*spaces has the id "a" twice/],
    [
      `${emit}    excludes:\n      - { requirement: E111, reason: r }\n`,
      /^targets\.yaml:8: .*no requirement "E111"; did you mean E11\?/,
    ],
    [
      `${emit}    excludes:\n      - { requirement: M1, reason: r }\n`,
      /^targets\.yaml:8: .*it is one of pusher/,
    ],
    [`${emit}    pins:\n      A99: x\n`, /^targets\.yaml:8: .*no open point "A99"/],
    [
      `${emit}    pins:\n      A21: x\n`,
      /^targets\.yaml:8: .*"x" is no reading of A21 \(stripped data\); write null or absent/,
    ],
    [
      `${emit}    tls: { ca: none.pem }\n`,
      /^targets\.yaml:7: .*none\.pem, relative to this file: no such file/,
    ],
    [`${emit}    tls: { ca: targets.yaml }\n`, /^targets\.yaml:7: .*holds no certificate/],
    [`${emit}    drivers: [command]\n`, /^targets\.yaml:7: .*the driver command needs command/],
    [`${pusher}    drivers: [command]\n`, /the driver command needs command/],
    [
      `${pusher}    command: { run: x, verbs: [submit, submitFaling] }\n`,
      /pusher has no verb "submitFaling" for a command; .*submitFailing/,
    ],
    [`${pusher}    command: { run: x, verbs: [input] }\n`, /pusher has no verb "input" for a command/],
    [
      `${pusher}    drivers: [pusher-http]\n`,
      /^targets\.yaml:8: .*needs urls\.trigger and app\.id and app\.secret/,
    ],
    [
      `${emit}  - name: mine\n    surface: beam\n    dialect: document\n    urls: { ws: ws://h }\n`,
      /^targets\.yaml:7: .*the entry at .*targets\.yaml:2 has this name already/,
    ],
  ])('%#', async (text, message) => {
    expect(await refusal(text)).toMatch(message);
  });

  it('and one that is not there by its name', async () => {
    await expect(loadTargets('nowhere.yaml', { contract, env: {} })).rejects.toThrow(
      'nowhere.yaml: no such file',
    );
  });
});
