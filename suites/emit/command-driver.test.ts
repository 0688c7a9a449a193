import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePlan } from '../../src/conform/plan.ts';
import type { RunResult } from '../../src/conform/run.ts';
import { runPlans } from '../../src/conform/run-toy.ts';
import { loadContract } from '../../src/contract/load.ts';
import { type Reference, startReference } from '../../src/reference/start.ts';
import { targetsOf } from '../../src/target/load.ts';
import type { EmitTarget } from '../../src/target/target.ts';
import { suites } from '../index.ts';

/** A driver program such as a user writes: one JSON line in, one out, here on top of the REST API. */
const program = (http: string, producer: string, worker: string): string => `#!/usr/bin/env node
const { createInterface } = require('node:readline');
const paths = {
  create: (q) => '/spaces/' + q.space + '/jobs', poll: (q) => '/spaces/' + q.space + '/jobs/poll',
};
createInterface({ input: process.stdin }).on('line', async (line) => {
  const q = JSON.parse(line);
  const path = (paths[q.verb] ?? ((one) => '/jobs/' + one.job + '/' + one.verb))(q);
  const tokens = ${JSON.stringify({ producer, worker })};
  const key = q.space in tokens.producer ? (q.verb === 'create' ? tokens.producer : tokens.worker)[q.space] : '';
  const reply = await fetch('${http}/api/v1' + path, {
    method: 'POST', headers: { 'x-api-key': key, 'content-type': 'application/json' }, body: JSON.stringify(q.body),
  });
  const json = await reply.json().catch(() => ({}));
  process.stdout.write(JSON.stringify({ id: q.id, ok: reply.ok, result: json }) + '\\n');
});
`;

const contract = await loadContract();

describe('a target that is driven by a command', () => {
  let reference: Reference;
  let folder: string;
  let target: EmitTarget;
  let result: RunResult;

  beforeAll(async () => {
    reference = await startReference({ contract, port: 0, surfaces: ['emit'] });
    folder = await mkdtemp(join(tmpdir(), 'plumbline-command-'));
    const [whole] = (await targetsOf(reference.targets(), 'embedded', contract)) as EmitTarget[];
    if (!whole) throw new Error('no emit target');
    const keys = (name: 'producer' | 'worker'): string =>
      Object.fromEntries(whole.spaces.map((space) => [space.id, space.tokens[name]])) as unknown as string;
    const file = join(folder, 'driver.cjs');
    await writeFile(file, program(reference.address.http, keys('producer'), keys('worker')));
    await chmod(file, 0o755);
    target = {
      ...whole,
      drivers: ['command'],
      command: { run: `node ${file}`, verbs: ['create', 'poll', 'ack', 'progress', 'complete'] },
    };
    result = await judged(target, ['emit/flow/**', 'emit/isolation/**', 'emit/rest/**']);
  });

  const judged = async (one: EmitTarget, only: readonly string[]): Promise<RunResult> => {
    const plans = makePlan(contract, [{ target: one, dialect: 'emit@1' }], suites, { only, slow: false });
    return runPlans(plans, { multiplier: 1, jobs: 8 });
  };

  afterAll(async () => {
    await reference.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('makes jobs and moves them by the verbs that the program has', () => {
    const isolation = result.checks.filter((check) => check.case.startsWith('emit/isolation/'));
    expect(isolation.map(({ outcome }) => outcome)).toEqual(isolation.map(() => 'passed'));
    expect(isolation.length).toBeGreaterThan(3);
  });

  it('names the verb that is lacking where a flow needs another', () => {
    const retry = result.checks.filter((check) => check.case.startsWith('emit/flow/dead-at-once/'));
    expect([...new Set(retry.map(({ outcome, reason }) => `${outcome}: ${reason}`))]).toEqual([
      'untestable: no driver performs fail',
    ]);
    expect(result.exit).toBe(4);
  });

  it.each([
    ['dies', 'exit 3', 'the command ended with code 3', 'error'],
    [
      'makes a job without an id',
      `while read -r line; do id=\${line#*:}; echo "{\\"id\\":\${id%%,*},\\"ok\\":true,\\"result\\":{}}"; done`,
      'create: the result of the command has no id',
      'error',
    ],
    [
      'refuses',
      `while read -r line; do id=\${line#*:}; echo "{\\"id\\":\${id%%,*},\\"ok\\":false,\\"error\\":\\"no quota\\"}"; done`,
      'the command could not create: no quota',
      'untestable',
    ],
  ])('holds nothing against a target whose command %s', async (_, run, reason, outcome) => {
    const broken = { ...target, command: { run, verbs: ['create', 'poll', 'ack', 'progress', 'complete'] } };
    const { checks } = await judged(broken, ['emit/isolation/**', 'E20']);
    expect(checks.filter((check) => check.outcome === 'failed')).toEqual([]);
    const seen = checks.filter((check) => check.case.startsWith('emit/isolation/'));
    expect([...new Set(seen.map((check) => check.outcome))]).toEqual([outcome]);
    expect(seen.map((check) => check.reason ?? '').some((said) => said.includes(reason))).toBe(true);
    expect(seen.length).toBeGreaterThan(3);
  });

  it('cannot ask the REST API to refuse anybody', () => {
    const rest = result.checks.filter((check) => check.case.startsWith('emit/rest/'));
    expect([...new Set(rest.map(({ outcome, reason }) => `${outcome}: ${reason}`))]).toEqual([
      'untestable: no driver emit-rest: the REST API cannot be asked',
    ]);
  });
});
