import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/conform/check-result.ts';
import { makePlan } from '../../src/conform/plan.ts';
import type { RunResult } from '../../src/conform/run.ts';
import { runPlans } from '../../src/conform/run-toy.ts';
import type { JsonObject } from '../../src/contract/json.ts';
import { loadContract } from '../../src/contract/load.ts';
import { type Reference, startReference } from '../../src/reference/start.ts';
import { targetsOf } from '../../src/target/load.ts';
import type { PusherTarget } from '../../src/target/target.ts';
import { suites } from '../index.ts';

/** A driver program such as a user writes, here on top of the job API and of the signed trigger API. */
const program = (entry: PusherTarget): string => `
const { createInterface } = require('node:readline');
const { createHash, createHmac } = require('node:crypto');
const { urls, app, clients, control } = ${JSON.stringify(entry)};
const token = (id) => clients.find((client) => client.id === id)?.tokens.api;
const post = (url, headers, body) => fetch(url, {
  method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body),
});
const job = (q, type, body) =>
  post(urls.api + '/api/v1/client/' + type, { authorization: 'Bearer ' + token(q.client) }, { prompt: 'x', ...body });
const publish = (body) => {
  const text = JSON.stringify(body);
  const path = '/apps/' + app.id + '/events';
  const query = 'auth_key=' + app.key + '&auth_timestamp=' + Math.floor(Date.now() / 1000) + '&auth_version=1.0'
    + '&body_md5=' + createHash('md5').update(text).digest('hex');
  const signature = createHmac('sha256', app.secret).update(['POST', path, query].join('\\n')).digest('hex');
  return post(urls.trigger + path + '?' + query + '&auth_signature=' + signature, {}, body);
};
const status = '/api/v1/client/request-status/';
const verbs = {
  submit: (q) => job(q, 'txt2img', q.body),
  submitFailing: (q) => job(q, 'txt2img', { ...q.body, fails: true }),
  submitOther: (q) => job(q, 'txt2audio', q.body),
  hold: (q) => job(q, 'txt2img', { ...q.body, hold: true }),
  status: (q) => fetch(urls.api + status + q.job, { headers: { authorization: 'Bearer ' + token(q.client) } }),
  step: (q) => post(urls.api + status + q.job + '/step', { authorization: 'Bearer ' + token(q.client) }, q.body),
  publish: (q) => publish(q.body),
  revoke: (q) => post(control, {}, { op: 'revoke', token: token(q.client) }),
  restore: (q) => post(control, {}, { op: 'restore', token: token(q.client) }),
};
createInterface({ input: process.stdin }).on('line', async (line) => {
  const q = JSON.parse(line);
  const reply = await verbs[q.verb](q);
  const result = await reply.json().catch(() => ({}));
  const answer = reply.ok ? { ok: true, result: { ...(result.data ?? result), scripted: true } } : { ok: false, error: result };
  process.stdout.write(JSON.stringify({ id: q.id, ...answer }) + '\\n');
});
`;

const contract = await loadContract();
const patience = 120_000;
let reference: Reference;
let folder: string;
let run: string;
let whole: PusherTarget;

beforeAll(async () => {
  reference = await startReference({ contract, port: 0, surfaces: ['pusher'] });
  folder = await mkdtemp(join(tmpdir(), 'plumbline-command-'));
  const targets = await targetsOf(reference.targets(), 'embedded', contract);
  const [target] = targets.filter(({ dialect }) => dialect === 'dryapi') as PusherTarget[];
  if (!target) throw new Error('no pusher target');
  whole = target;
  const file = join(folder, 'driver.cjs');
  await writeFile(file, program(whole));
  run = `node ${file}`;
  return async () => {
    await reference.close();
    await rm(folder, { recursive: true, force: true });
  };
});

const jobVerbs = ['submit', 'submitFailing', 'submitOther', 'status', 'hold', 'step'];

/** The target without what its own drivers need: whatever happens there, a program has made happen. */
function commanded(verbs: readonly string[], more: Partial<PusherTarget> = {}): PusherTarget {
  const { jobs: _jobs, clients, urls, app, ...rest } = whole;
  const { ws, auth } = urls;
  return {
    ...rest,
    app,
    urls: { ...(ws === undefined ? {} : { ws }), ...(auth === undefined ? {} : { auth }) },
    clients,
    drivers: ['command'],
    command: { run, verbs },
    ...more,
  };
}

async function judged(target: PusherTarget, ...only: readonly string[]): Promise<RunResult> {
  const plans = makePlan(contract, [{ target, dialect: 'dryapi' }], suites, { only, slow: false });
  return runPlans(plans, { multiplier: 1, jobs: 8 });
}

const inRun = ({ outcome }: CheckResult): boolean => outcome !== 'not-run' && outcome !== 'not-applicable';
const said = ({ checks }: RunResult, prefix: string): string[] => [
  ...new Set(
    checks
      .filter((check) => check.case.startsWith(prefix) && inRun(check))
      .map(({ outcome, reason }) => (reason === undefined ? outcome : `${outcome}: ${reason}`)),
  ),
];

describe('an application that a command makes emit', () => {
  const themes = [
    'pusher/flow/happy-path/**',
    'pusher/flow/many-updates/**',
    'pusher/flow/other-job/**',
    'pusher/flow/exact/**',
    'pusher/flow/exact-failing/**',
    'pusher/flow/failing/**',
    'pusher/isolation/**',
    'pusher/changes/**',
    'pusher/jobs/**',
    'pusher/results/**',
  ];
  const key = (check: CheckResult): string => `${check.case} ${check.requirement}`;
  let result: RunResult;
  let byRest: RunResult;
  beforeAll(async () => {
    result = await judged(commanded(jobVerbs), ...themes);
    byRest = await judged(whole, ...themes);
  }, patience);

  it('passes all that it passes by its own API, but for what is asked of that API', () => {
    const passed = new Set(byRest.checks.filter(({ outcome }) => outcome === 'passed').map(key));
    const here = result.checks.filter((check) => passed.has(key(check)));
    expect(here.length).toBeGreaterThan(60);
    expect(
      here.filter(({ outcome }) => outcome !== 'passed').map((check) => `${key(check)}: ${check.reason}`),
    ).toEqual([
      'pusher/jobs/submission PW3i: no driver jobs-rest: the job API cannot be asked',
      'pusher/jobs/status PW4i: no driver jobs-rest: the job API cannot be asked',
    ]);
    expect(result.exit).toBe(0);
  });

  it('moves held jobs step by step', () => {
    expect(said(result, 'pusher/flow/exact/')).toEqual(['passed']);
  });
});

describe('verbs that the command lacks', () => {
  it('are named where a flow needs them', { timeout: patience }, async () => {
    const result = await judged(commanded(['submit', 'status']), 'pusher/flow/**');
    expect(said(result, 'pusher/flow/failing/')).toEqual([
      'untestable: step submit failing: no driver performs submitFailing',
    ]);
    expect(said(result, 'pusher/flow/happy-path/')).toEqual(['passed']);
    expect(result.exit).toBe(4);
  });

  it('are named where a status is asked for', { timeout: patience }, async () => {
    const result = await judged(
      commanded(['submit', 'submitFailing']),
      'pusher/changes/**',
      'pusher/flow/failing/**',
    );
    const lack = 'no driver performs status';
    expect(said(result, 'pusher/changes/announced')).toEqual([`untestable: ${lack}`]);
    expect(said(result, 'pusher/flow/failing/')).toEqual([`untestable: no witness: ${lack}`]);
    expect(result.exit).toBe(4);
  });

  it('are named where nothing can be made to happen at all', async () => {
    const result = await judged(commanded(['status']), 'pusher/flow/happy-path/**');
    expect(said(result, 'pusher/flow/happy-path/')).toEqual(['untestable: no driver performs submit']);
    expect(result.exit).toBe(4);
  });
});

describe('a relay that a command publishes through', () => {
  const relay = (verbs: readonly string[]): PusherTarget => commanded(verbs, { role: 'relay', clients: [] });

  it('is judged by what it delivers', { timeout: patience }, async () => {
    const result = await judged(relay(['publish']), 'pusher/flow/**', 'pusher/isolation/stranger', 'PS14');
    expect(said(result, 'pusher/flow/published/')).toEqual(['passed']);
    expect(said(result, 'pusher/isolation/stranger')).toEqual(['passed']);
    expect(said(result, 'pusher/always/')).toEqual(['passed']);
    expect(result.verdict).toBe('conformant');
  });

  it('cannot be asked about the trigger API itself', { timeout: patience }, async () => {
    const result = await judged(relay(['publish']), 'pusher/trigger-api/**', 'pusher/payload/**');
    const reason =
      'no driver pusher-http, which needs urls.trigger, app.id and app.secret: the trigger API cannot be asked';
    expect(said(result, 'pusher/trigger-api/')).toEqual([`untestable: ${reason}`]);
    expect(said(result, 'pusher/payload/')).toEqual([`untestable: ${reason}`]);
    expect(result.exit).toBe(4);
  });

  it('is untestable, by name, without the verb', async () => {
    const result = await judged(relay(['submit']), 'pusher/flow/published/**');
    expect(said(result, 'pusher/flow/')).toEqual(['untestable: no driver performs publish']);
  });
});

describe('a token that a command revokes', () => {
  it('is good for nothing, and good again for whoever comes later', { timeout: patience }, async () => {
    const { control: _, ...rest } = commanded(['submit', 'revoke', 'restore']);
    const result = await judged(rest, 'pusher/revoked-midway/**');
    expect(said(result, 'pusher/revoked-midway/auth-endpoint')).toEqual(['passed']);
    expect(result.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    const again = await judged(rest, 'pusher/revoked-midway/**');
    expect(said(again, 'pusher/revoked-midway/auth-endpoint')).toEqual(['passed']);
  });
});

describe('a command that is broken', () => {
  const target = async (name: string, source: string, answerMs = 10_000): Promise<PusherTarget> => {
    const file = join(folder, `${name}.cjs`);
    await writeFile(file, source);
    const deadlines = { connectMs: 10_000, answerMs };
    return commanded(jobVerbs, { deadlines, command: { run: `node "${file}"`, verbs: jobVerbs } });
  };
  const replying = (body: string): string =>
    `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => { const q = JSON.parse(line); ${body} });`;
  const reply = (answer: JsonObject): string =>
    replying(`console.log(JSON.stringify({ id: q.id, ...${JSON.stringify(answer)} }));`);

  const broken: readonly (readonly [string, string, string, number?])[] = [
    ['dies', 'process.exit(3);', 'error: submit: the command ended with code 3'],
    ['hangs', replying(''), 'error: submit: the command gave no reply within 2000 ms', 2000],
    [
      'chatters',
      replying(`console.log('hello there');`),
      'error: submit: the command gave no reply within 2000 ms; it said "hello there", which is no reply',
      2000,
    ],
    [
      'is undecided',
      reply({ result: {} }),
      'error: submit: the reply of the command has no ok: true or false',
    ],
    [
      'names no job',
      reply({ ok: true, result: { fine: 1 } }),
      'error: submit: the result of the command has no request_id: {"fine":1}',
    ],
  ];

  for (const [name, source, expected, ms] of broken) {
    it(`${name}: an error, and nothing is held against the target`, { timeout: patience }, async () => {
      const result = await judged(await target(name, source, ms), 'pusher/flow/happy-path/**', 'M9');
      expect(said(result, 'pusher/flow/happy-path/')).toEqual([expected]);
      expect(result.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
      expect(result.exit).toBe(3);
    });
  }

  it('is an error where it makes up a status', { timeout: patience }, async () => {
    const source = program(whole).replace(
      'const q = JSON.parse(line);',
      `const q = JSON.parse(line);
      if (q.verb === 'status') return console.log(JSON.stringify({ id: q.id, ok: true, result: { status: 'banana' } }));`,
    );
    const result = await judged(await target('makes-up', source), 'pusher/changes/**');
    expect(said(result, 'pusher/changes/announced')).toEqual([
      'error: status: the result of the command has no status of pending, processing, in_progress, done, error: {"status":"banana"}',
    ]);
    expect(result.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });

  it('leaves a step untested that it says it could not do', async () => {
    const refusing = await target('refuses', reply({ ok: false, error: 'no quota' }));
    const result = await judged(refusing, 'pusher/flow/happy-path/**');
    const [only] = said(result, 'pusher/flow/happy-path/');
    expect(only).toMatch(/^untestable: .*the command could not submit: no quota$/);
    expect(result.exit).toBe(4);
  });
});
