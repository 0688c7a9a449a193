import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/conform/check-result.ts';
import { makePlan } from '../../src/conform/plan.ts';
import { type RunResult, run } from '../../src/conform/run.ts';
import { loadContract } from '../../src/contract/load.ts';
import { targetsOf } from '../../src/target/load.ts';
import { suites } from '../index.ts';

const contract = await loadContract();

/** What soketi has by default: the endpoint signs for it, and no soketi is there. */
const app = { key: 'app-key', secret: 'app-secret' };
const clients = new Map([
  ['token-of-the-first', '42'],
  ['token-of-the-second', '43'],
]);

interface Asked {
  readonly socketId: string;
  readonly channel: string;
}

/** What an endpoint decides; the default is as a Laravel application does it. */
interface Endpoint {
  /** Whose token it is. */
  readonly clientOf: (authorization: string) => string | undefined;
  readonly mayJoin: (client: string, channel: string) => boolean;
  readonly isWellFormed: (asked: Asked) => boolean;
  readonly reads: (contentType: string) => boolean;
  readonly sign: (asked: Asked) => string;
  readonly answer: (auth: string) => object;
  readonly forbidden: { readonly status: number; readonly body: object };
}

const hmac = (text: string, secret = app.secret): string =>
  createHmac('sha256', secret).update(text).digest('hex');

const right: Endpoint = {
  clientOf: (authorization) => clients.get(/^Bearer (\S+)$/.exec(authorization)?.[1] ?? ''),
  mayJoin: (client, channel) => channel === `private-client.${client}`,
  isWellFormed: ({ socketId, channel }) =>
    /^\d+\.\d+$/.test(socketId) && !socketId.endsWith('\n') && /^[-a-zA-Z0-9_=@,.;]+$/.test(channel),
  reads: (contentType) => /json|x-www-form-urlencoded/.test(contentType),
  sign: ({ socketId, channel }) => `${app.key}:${hmac(`${socketId}:${channel}`)}`,
  answer: (auth) => ({ auth }),
  forbidden: { status: 403, body: { message: 'Forbidden.' } },
};

/** The answer of an endpoint to one request. */
async function answered(endpoint: Endpoint, request: IncomingMessage): Promise<[number, object?]> {
  if (request.method === 'OPTIONS') return [204];
  if (request.method !== 'POST') return [405, { message: 'Method not allowed.' }];
  const client = endpoint.clientOf(request.headers.authorization ?? '');
  if (client === undefined) return [401, { message: 'Unauthenticated.' }];
  let text = '';
  for await (const bytes of request) text += bytes;
  const type = request.headers['content-type'] ?? '';
  const json = /json/.test(type);
  const body = endpoint.reads(type)
    ? json
      ? JSON.parse(text)
      : Object.fromEntries(new URLSearchParams(text))
    : {};
  const { socket_id: socketId = '', channel_name: channel = '' } = body;
  const asked = { socketId, channel };
  if (!endpoint.isWellFormed(asked)) return [422, { message: 'The given data was invalid.' }];
  if (!endpoint.mayJoin(client, channel)) return [endpoint.forbidden.status, endpoint.forbidden.body];
  return [200, endpoint.answer(endpoint.sign(asked))];
}

/** An endpoint that deviates so, put to the suite with a target file that has `auth` and nothing else. */
async function judged(
  deviation: Partial<Endpoint> = {},
  { dialect = 'modelbeam', only = ['pusher/auth-endpoint/**'] } = {},
): Promise<RunResult> {
  const endpoint = { ...right, ...deviation };
  const server = createServer(async (request, response) => {
    const [status, body] = await answered(endpoint, request);
    response.writeHead(status, {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'authorization, content-type',
      ...(body ? { 'content-type': 'application/json' } : {}),
    });
    response.end(body && JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    const entry = {
      name: 'endpoint',
      surface: 'pusher',
      dialect,
      role: 'application',
      urls: { auth: `http://127.0.0.1:${port}/broadcasting/auth` },
      app,
      clients: [...clients].map(([api, id], at) => ({
        id,
        tenant: at === 0 ? 'own' : 'foreign',
        tokens: { api },
      })),
    };
    const [target] = await targetsOf([entry], 'a test', contract);
    if (!target) throw new Error('no target');
    return await run(makePlan(contract, [{ target, dialect }], suites, { only, slow: false }), {
      ...{ jobs: 8, seed: 1, multiplier: 1, level: 'must', slow: false, bail: false, waitMs: 0, repeat: 1 },
      ...{ version: 'test', contractHash: contract.hash, command: '', reporters: [] },
      signal: new AbortController().signal,
    });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const outcomes = (result: RunResult, level = 'MUST'): CheckResult[] =>
  result.checks.filter((check) => check.level === level);

/** The MUST requirements that failed. */
const broken = (result: RunResult): string[] => [
  ...new Set(
    outcomes(result)
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ requirement }) => requirement),
  ),
];

describe('an auth endpoint on its own', () => {
  it.each(['modelbeam', 'dryapi'])('passes where it signs as it should, as %s', async (dialect) => {
    const result = await judged({}, { dialect });
    const judgedOnes = result.checks.filter(({ outcome }) => !/^not-/.test(outcome));
    const notPassed = judgedOnes.filter(({ outcome }) => outcome !== 'passed');
    expect(
      notPassed.map((check) => `${check.case} ${check.requirement} ${check.outcome} ${check.reason}`),
    ).toEqual([]);
    expect(judgedOnes.length).toBeGreaterThan(120);
    expect(result).toMatchObject({ verdict: 'conformant', exit: 0 });
  });

  it('leaves untestable what needs a connection, and says what is missing', async () => {
    const result = await judged({}, { only: [] });
    const must = outcomes(result).filter(
      ({ outcome }) => outcome !== 'passed' && outcome !== 'not-applicable',
    );
    expect([...new Set(must.map(({ outcome, reason }) => `${outcome}: ${reason}`))]).toEqual([
      'untestable: no urls.ws',
      'untestable: nothing was seen that it could judge',
    ]);
    expect(result).toMatchObject({ verdict: 'incomplete', exit: 4 });
  });

  it.each<[string, string, Partial<Endpoint>]>([
    ['signs for every channel', 'D17, D42', { mayJoin: () => true }],
    [
      'signs for a channel that begins like the own one',
      'D17',
      { mayJoin: (id, name) => name.startsWith(`private-client.${id}`) },
    ],
    ['signs for whoever asks', 'D48', { clientOf: (authorization) => right.clientOf(authorization) ?? '42' }],
    [
      'signs with another secret',
      'D37',
      { sign: ({ socketId, channel }) => `${app.key}:${hmac(`${socketId}:${channel}`, 'other')}` },
    ],
    ['signs the channel alone', 'D37', { sign: ({ channel }) => `${app.key}:${hmac(channel)}` }],
    ['leaves the key out', 'D37', { sign: ({ socketId, channel }) => hmac(`${socketId}:${channel}`) }],
    ['encodes its answer twice', 'D37', { answer: (auth) => ({ auth: JSON.stringify({ auth }) }) }],
    ['reads no JSON', 'D7', { reads: (type) => /form/.test(type) }],
    ['reads no form', 'D46', { reads: (type) => /json/.test(type) }],
    [
      'signs for any socket id',
      'D36',
      {
        isWellFormed: ({ channel }) => right.isWellFormed({ socketId: '1.1', channel }),
      },
    ],
    ['refuses with 200', 'PA3', { forbidden: { status: 200, body: { message: 'Forbidden.' } } }],
    ['says nothing where it should sign', 'D45, D37', { answer: () => ({}) }],
  ])('that %s fails %s', async (_, requirements, deviation) => {
    const result = await judged(deviation, { dialect: 'dryapi' });
    expect(broken(result).join(', ')).toBe(requirements);
    expect(result).toMatchObject({ verdict: 'non-conformant', exit: 1 });
  });
});
