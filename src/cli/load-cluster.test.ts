import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, parseDocument } from 'yaml';
import { suites } from '../../suites/index.ts';
import { loadContract } from '../contract/load.ts';
import { histogramKinds } from '../load/control/codec.ts';
import { externalDriver } from '../load/drivers/external-driver.ts';
import { findK6 } from '../load/drivers/provide-k6.ts';
import { segmentArguments } from '../load/kubernetes/segments.ts';
import { complaintsOfApiServer } from '../load/kubernetes/strict-api-server.ts';
import { loadProfile, shapeOf } from '../load/profile/profile.ts';
import { measure } from '../load/run/measure.ts';
import { stageResultOf } from '../load/verdict/stage-result.ts';
import { startReference } from '../reference/start.ts';
import { targetsOf } from '../target/load.ts';
import { exportCluster } from './load-cluster.ts';
import type { LoadOptions } from './load-options.ts';

const contract = await loadContract();
const found = await findK6();
const token = 'a-token-of-this-test-alone';

let folder: string;
beforeAll(async () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.js', '--if-stale']);
  if (status !== 0) throw new Error(String(stderr));
  folder = await mkdtemp(join(tmpdir(), 'plumbline-cluster-'));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const options: LoadOptions = {
  ...{ surface: 'emit', dialect: {}, driver: 'k6', set: {}, slo: [], seed: 1 },
  ...{ repeat: 1, segments: 4, calibration: true, list: false, dryRun: false, verbose: false },
};

async function exported(name: string, more: Partial<LoadOptions> = {}, subscribers = 24): Promise<string> {
  const profile = await loadProfile('smoke', contract);
  const stages = [shapeOf({ name: 'a', subscribers, rate: 40, publishes: 40, warmup: 4 }, true)];
  await exportCluster(join(folder, name), profile, stages, { ...options, ...more });
  return join(folder, name);
}

interface Runner {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
}

interface TestRun {
  readonly spec: {
    readonly parallelism: number;
    readonly arguments: string;
    readonly script: { readonly configMap: { readonly name: string; readonly file: string } };
    readonly runner: Runner;
  };
}

describe('a load for a cluster', () => {
  it('is a TestRun, its script, and a coordinator that they find', async () => {
    const to = await exported('whole');
    const run = parse(await readFile(join(to, 'testrun.yaml'), 'utf8')) as TestRun;
    const { name, file } = run.spec.script.configMap;
    const map = parse(await readFile(join(to, 'configmap.yaml'), 'utf8'));
    expect(map).toMatchObject({ kind: 'ConfigMap', metadata: { name } });
    expect(map.data[file]).toBe(await readFile(join('dist', 'k6', 'emit.js'), 'utf8'));
    const [service, job] = parseAllDocuments(await readFile(join(to, 'coordinator.yaml'), 'utf8')).map(
      (one) => one.toJS(),
    );
    const url = run.spec.runner.env.find((one) => one.name === 'PLUMBLINE_CONTROL')?.value;
    expect(url).toBe(`ws://${service.metadata.name}:${service.spec.ports[0].port}/`);
    expect(job.spec.template.metadata.labels).toEqual(service.spec.selector);
    const words: readonly string[] = job.spec.template.spec.containers[0].args;
    expect(words.join(' ')).toContain(`--listen 0.0.0.0:${service.spec.ports[0].port} --generators 4`);
  });

  it('holds no token', async () => {
    const to = await exported('secret');
    for (const file of ['testrun.yaml', 'coordinator.yaml']) {
      const tokens = (await readFile(join(to, file), 'utf8')).split('PLUMBLINE_CONTROL_TOKEN').slice(1);
      expect(tokens.length).toBeGreaterThan(0);
      for (const after of tokens) expect(after).toMatch(/^\n +valueFrom:\n +secretKeyRef:/);
    }
  });

  it('is refused where runners would have nothing to do', async () => {
    await expect(exported('idle', { segments: 8, generators: 4 })).rejects.toThrow(
      '8 segments of 4 VUs leave 4 runners with nothing to do',
    );
    await expect(exported('few', { segments: 4, generators: 9 }, 24)).rejects.toThrow(
      '9 VUs for 8 subscribers',
    );
    await expect(exported('node', { driver: 'node' })).rejects.toThrow('generators elsewhere are k6');
  });

  it('is not written over another', async () => {
    await exported('twice');
    await expect(exported('twice')).rejects.toThrow('is there already');
  });
});

describe('a TestRun, by what k6-operator takes', () => {
  const cells = (['pusher', 'emit', 'beam'] as const).flatMap((surface) =>
    [1, 2, 5, 8].map((segments) => ({ surface, segments })),
  );
  it.each(cells)('$surface in $segments segments is taken', async ({ surface, segments }) => {
    const to = await exported(`crd-${surface}-${segments}`, { surface, segments });
    const run = parse(await readFile(join(to, 'testrun.yaml'), 'utf8'));
    expect(complaintsOfApiServer(run)).toEqual([]);
    expect(run.spec.parallelism).toBe(segments);
  });

  const broken: readonly (readonly [what: string, set: Readonly<Record<string, unknown>>, says: string])[] = [
    ['a key it does not know', { 'spec.segments': 4 }, '/spec must NOT have additional properties'],
    ['one deep inside', { 'spec.runner.env.0.vale': 'x' }, '/spec/runner/env/0 must NOT have'],
    ['one in the metadata', { 'metadata.nom': 'x' }, '/metadata must NOT have'],
    ['a number as text', { 'spec.parallelism': '4' }, '/spec/parallelism must be integer'],
    ['arguments as a list', { 'spec.arguments': ['--quiet'] }, '/spec/arguments must be string'],
    [
      'a number in the environment',
      { 'spec.runner.env.0.value': 4 },
      '/spec/runner/env/0/value must be string',
    ],
    [
      'a secret without its key',
      { 'spec.runner.env.1.valueFrom.secretKeyRef': { name: 'x' } },
      "property 'key'",
    ],
    ['no script', { 'spec.script': undefined }, "property 'script'"],
    ['no number of runners', { 'spec.parallelism': undefined }, "property 'parallelism'"],
    ['another version', { apiVersion: 'k6.io/v1' }, '/apiVersion must be equal to constant'],
    ['the kind of before', { kind: 'K6' }, '/kind must be equal to constant'],
    ['a name that no Service may have', { 'metadata.name': 'plumbline_smoke' }, '/metadata/name must match'],
  ];
  it.each(broken)('%s is refused', async (what, set, says) => {
    const to = await exported(`broken ${what}`);
    const run = parseDocument(await readFile(join(to, 'testrun.yaml'), 'utf8'));
    expect(complaintsOfApiServer(run.toJS())).toEqual([]);
    for (const [path, value] of Object.entries(set)) {
      if (value === undefined) run.deleteIn(path.split('.'));
      else run.setIn(path.split('.'), value);
    }
    expect(complaintsOfApiServer(parse(run.toString())).join('\n')).toContain(says);
  });
});

it('segments cover the whole, in words of k6', () => {
  expect(segmentArguments(0, 1)).toEqual([]);
  expect([0, 1, 2, 3].map((at) => segmentArguments(at, 4)[0])).toEqual([
    '--execution-segment=0:1/4',
    '--execution-segment=1/4:2/4',
    '--execution-segment=2/4:3/4',
    '--execution-segment=3/4:1',
  ]);
  expect(segmentArguments(2, 4)[1]).toBe('--execution-segment-sequence=0,1/4,2/4,3/4,1');
});

describe.skipIf(!('k6' in found))('what a TestRun says, done by k6 here', () => {
  it('is understood by the initializer, which asks for the VUs', async () => {
    if (!('k6' in found)) throw new Error('there is no k6');
    const to = await exported('asked', { segments: 2, generators: 6 });
    const { spec } = parse(await readFile(join(to, 'testrun.yaml'), 'utf8')) as TestRun;
    // It leaves out what is for runs alone, and all that comes after where the log goes.
    const words = spec.arguments.split(' ');
    const upTo = words.slice(
      0,
      words.findIndex((word) => word.startsWith('--log-output')),
    );
    const archive = join(to, 'archive.tar');
    const ask = (...args: readonly string[]) => spawnSync(found.k6.path, args, { encoding: 'utf8' });
    const archived = ask(
      ...['archive', join('dist', 'k6', spec.script.configMap.file)],
      ...spec.runner.env.flatMap(({ name, value = '' }) => ['-e', `${name}=${value}`]),
      ...['-O', archive, ...upTo.filter((word) => word !== '--no-usage-report')],
    );
    expect(archived.stderr).not.toMatch(/level.*error/);
    expect(archived.status).toBe(0);
    const needs = JSON.parse(ask('inspect', '--execution-requirements', archive).stdout);
    expect(needs.maxVUs).toBe(6);
  });

  it('comes to the sum of what each of them counted', async () => {
    if (!('k6' in found)) throw new Error('there is no k6');
    const to = await exported('performed');
    const { spec } = parse(await readFile(join(to, 'testrun.yaml'), 'utf8')) as TestRun;
    const port = await freePort();
    const server = await startReference({ contract, surfaces: ['emit'] });
    const children: ChildProcess[] = [];
    try {
      const [target] = await targetsOf(server.targets(), 'a test', contract, { proven: true });
      if (!target) throw new Error('the reference server has no target');
      const measuring = measure(
        {
          ...{ contract, suites, driver: externalDriver(4), seed: 1, folder },
          signal: AbortSignal.timeout(60_000),
          control: { host: '127.0.0.1', port, token },
        },
        {
          ...{ target, number: 0, stamped: false },
          stage: shapeOf({ name: 'a', subscribers: 24, rate: 40, publishes: 40, warmup: 4 }, true),
        },
      );
      await listening(port);
      const env = Object.fromEntries(spec.runner.env.map(({ name, value = token }) => [name, value]));
      for (let index = 0; index < spec.parallelism; index++) {
        const words = [
          ...['run', '--quiet', ...segmentArguments(index, spec.parallelism), ...spec.arguments.split(' ')],
          ...[join('dist', 'k6', spec.script.configMap.file), '--address', ''],
        ];
        const own = { ...process.env, ...env, PLUMBLINE_CONTROL: `ws://127.0.0.1:${port}/` };
        children.push(spawn(found.k6.path, words, { env: own, stdio: 'ignore' }));
      }
      const ended = children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
      const { record } = await measuring;
      expect(record.broken).toEqual([]);
      // Each has had its share of the subscribers, and none more than one VU.
      const bulk = record.seats.filter(({ role }) => role === 'bulk');
      const shares = [0, 1, 2, 3].map((member) => bulk.filter((seat) => seat.process === member).length);
      expect(shares.toSorted()).toEqual([3, 3, 3, 3]);
      // Every one of them had every publish, and the histograms of all have as many deliveries, bucket by bucket.
      // On a busy machine two publishes may be under way at once, and come in any order.
      const everything = Array.from({ length: 44 }, (_, seq) => seq);
      expect(bulk.map(({ received }) => numbersIn(received))).toEqual(bulk.map(() => everything));
      const merged = new Map<number, number>();
      let overflow = 0;
      for (const { pairs, overflow: over } of record.histograms.filter(
        ({ kind }) => kind === histogramKinds.delivery,
      )) {
        overflow += over;
        for (const [bucket, count] of inPairs(pairs)) merged.set(bucket, (merged.get(bucket) ?? 0) + count);
      }
      const { bulk: whole } = stageResultOf(record, {
        floor: { before: null, after: null },
        monitors: { seen: 0, judged: 0, skipped: 0 },
      }).latency;
      expect(new Map(inPairs(whole?.pairs ?? []))).toEqual(merged);
      expect(whole).toMatchObject({ count: bulk.length * 44, overflow });
      expect(await Promise.all(ended)).toEqual([0, 0, 0, 0]);
    } finally {
      for (const child of children) child.kill('SIGKILL');
      await server.close();
    }
  }, 90_000);
});

function inPairs(flat: readonly number[]): readonly (readonly [number, number])[] {
  return flat.flatMap((bucket, at) => (at % 2 === 0 ? [[bucket, flat[at + 1] ?? 0] as const] : []));
}

/** All that is in ranges, each number as often as it is there, rising. */
function numbersIn(ranges: readonly number[]): readonly number[] {
  return inPairs(ranges)
    .flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at))
    .toSorted((a, b) => a - b);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** The coordinator comes before its generators: they give up where nobody is there. */
async function listening(port: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
