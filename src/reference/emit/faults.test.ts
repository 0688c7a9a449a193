import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Json, JsonObject } from '../../contract/json.ts';
import { readYaml } from '../../contract/read-yaml.ts';
import { packageRoot } from '../../contract/spec-files.ts';
import type { StreamKind } from './admission.ts';
import {
  type EmitOnAPort,
  emitOnAPort,
  emitRules,
  home,
  knock,
  type Stream,
  tokenOf,
} from './emit-on-a-port.ts';
import { emitFaults } from './faults.ts';
import type { EmitPolicies } from './policies.ts';
import { conformingPolicies } from './policies.ts';

const faults = emitFaults(emitRules);
const read = tokenOf(home, 'read');
const low = tokenOf(home, 'public');

/** Everything that a run shows, without what differs between any two runs. */
async function run(emit: EmitOnAPort, hasNobody = false): Promise<unknown> {
  const other = await emit.create({ name: 'other' });
  await emit.work(other, 'poll', 'ack');
  const foreign = await emit.create({ name: 'foreign' }, 'space-02');
  const names = new Map<string, string>([
    [other, 'other'],
    [foreign, 'foreign'],
  ]);
  const streams: Record<string, Stream> = {
    late: await emit.watch(other, read),
    space: await emit.watch(`spaces/${home}`, read),
    foreign: await emit.watch(foreign, tokenOf('space-02', 'read')),
    elsewhere: await emit.watch('spaces/space-02', tokenOf('space-02', 'read')),
  };
  const halves: Json[] = [];
  const watched = async (name: string, verbs: Parameters<EmitOnAPort['work']>[1][]): Promise<void> => {
    const id = await emit.create({ name, maxRetries: 2, timeoutSeconds: 60 });
    names.set(id, name);
    streams[`${name} full`] = await emit.watch(id, read);
    streams[`${name} low`] = await emit.watch(id, low);
    streams[`${name} again`] = await emit.watch(id, low);
    if (hasNobody) streams[`${name} nobody`] = await emit.watch(id, '');
    for (const verb of verbs) {
      if (verb === 'clock') {
        halves.push(await emit.advance(id, 31), await emit.advance(id, 31));
      } else await emit.work(id, verb);
    }
  };
  const progress = Array.from({ length: 6 }, (_, n) => ['progress', { percent: n, mine: n }] as const);
  await watched('succeeds', [
    'poll',
    'clock',
    'poll',
    'ack',
    ...progress,
    ['checkpoint', { at: 1 }],
    ['complete', { result: { r: 1 } }],
  ]);
  const attempt = (error: string) => ['poll', 'ack', ['fail', { error }] as const];
  await watched('dies', ['a', 'b', 'c'].flatMap(attempt));

  const [succeeded = ''] = [...names].find(([, name]) => name === 'succeeds') ?? [];
  streams['afterwards low'] = await emit.watch(succeeded, low);
  const ended = [...names.keys()].at(-1) ?? '';
  const doors: Record<string, number> = {};
  doors.ended = await emit.watch(ended, read).then(
    () => 101,
    () => 404,
  );
  const job = await emit.create({ name: 'door' });
  names.set(job, 'door');
  for (const [stream, door] of Object.entries(emitRules.streams)) {
    for (const credential of [...Object.keys(door.refuses), ...Object.keys(door.admits)]) {
      const { path, headers } = knock(stream as StreamKind, credential, job);
      doors[`${stream} ${credential}`] = await emit.refusal(path, headers).then(
        ({ status }) => status,
        () => 101,
      );
    }
  }
  const calls: Record<string, unknown> = {};
  for (const [name, { method, path }] of Object.entries(emitRules.rest)) {
    const filled = path.replace('{space}', home).replace('{job}', job);
    calls[name] = (await emit.call('public', method, filled, method === 'POST' ? {} : undefined)).status;
  }
  calls.status = await status(emit, other);
  calls.empty = (await emit.call('worker', 'POST', '/spaces/space-03/jobs/poll', {}, 'space-03')).body;
  doors.unknown = (await emit.refusal(`nobody?token=${read}`)).status;
  const made = await emit.call('producer', 'POST', `/spaces/${home}/jobs`, { name: 'made' });
  await settled(Object.values(streams));

  const normal = (event: JsonObject, past: JsonObject | undefined): JsonObject => ({
    ...event,
    ...('streamInstanceId' in event ? { streamInstanceId: 'some' } : {}),
    jobId: names.get(String(event.jobId)) ?? 'someone',
    timestamp: timeOf(event, past),
  });
  return {
    doors,
    calls,
    made: made.body.status ?? 'nothing',
    halves,
    binary: Object.values(streams).some(({ hasBinary }) => hasBinary),
    together: timesOf(streams.space) === timesOf(streams['dies full'], 'init'),
    hasId: made.body.id !== undefined,
    seen: Object.entries(streams).map(([name, { events, texts }]) => [
      name,
      events.length === texts.length && events.map((event, at) => normal(event, byJob(events, event, at))),
    ]),
  };
}

async function status(emit: EmitOnAPort, id: string): Promise<unknown> {
  return (await emit.call('read', 'GET', `/jobs/${id}`)).body.status;
}

function byJob(events: readonly JsonObject[], { jobId }: JsonObject, at: number): JsonObject | undefined {
  return events.slice(0, at).findLast((event) => event.jobId === jobId);
}

/** When the events of the job that dies were, but for those of a type. */
function timesOf(stream: Stream | undefined, but = 'created'): string {
  const events = stream?.events.filter(({ jobName, type }) => jobName === 'dies' && type !== but) ?? [];
  return events.map(({ timestamp }) => timestamp).join();
}

/** What is wrong with the time of an event. */
function timeOf({ timestamp }: JsonObject, past: JsonObject | undefined): string {
  if (typeof timestamp !== 'string' || !/\.\d{3}Z$/.test(timestamp)) return 'of another form';
  if (timestamp < String(past?.timestamp ?? '')) return 'before the last';
  return Math.abs(Date.now() - Date.parse(timestamp)) > 60_000 ? 'not now' : 'right';
}

/** Whatever was sent before has come once a ping is answered. */
async function settled(streams: readonly Stream[]): Promise<void> {
  await Promise.all(
    streams.map(({ socket }) => {
      socket.ping();
      return new Promise((resolve) => socket.once('pong', resolve).once('close', resolve));
    }),
  );
}

async function runWith(ids: readonly string[], dialect: string): Promise<unknown> {
  const emit = await emitOnAPort({ faults: ids, dialects: { emit: dialect } });
  onTestFinished(() => emit.reference.close());
  // A server that cannot even be driven is seen to be wrong, too.
  return run(emit, dialect === 'emit@3').catch(String);
}

describe.each(Object.keys(emitRules.dialects))('a fault of %s', (dialect) => {
  let correct: unknown;
  beforeAll(async () => {
    const emit = await emitOnAPort({ dialects: { emit: dialect } });
    correct = await run(emit, dialect === 'emit@3');
    await emit.reference.close();
  });

  it('changes nothing while it is off: two runs are alike', async () => {
    expect(await runWith([], dialect)).toEqual(correct);
  });

  const own = faults.filter(({ dialects = ['emit@1'] }) => dialects.includes(dialect));
  it.each(own)('is seen by clients: $id', async ({ id }) => {
    expect(await runWith([id], dialect)).not.toEqual(correct);
  });
});

it('bends policies that there are', () => {
  const policies: EmitPolicies = conformingPolicies(emitRules, () => '');
  for (const { id, bend } of faults)
    expect(Object.keys(policies), id).toEqual(expect.arrayContaining(Object.keys(bend(policies))));
});

it('has an id of its own', () => {
  const ids = faults.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
});

interface Row {
  readonly id: string;
  readonly level: string;
  readonly notTested?: string;
  readonly sameAs?: readonly string[];
}

describe('the requirements of emit', async () => {
  const { value } = await readYaml(join(packageRoot(), 'specs/emit/requirements.yaml'));
  const rows = (value as unknown as { requirements: Row[] }).requirements;

  it('have every id that a fault breaks', () => {
    const { openPoints } = emitRules as unknown as {
      readonly openPoints: readonly { readonly id: string }[];
    };
    const known = [...rows, ...openPoints].map(({ id }) => id);
    for (const { id, breaks } of faults) expect(known, id).toEqual(expect.arrayContaining([...breaks]));
  });

  it('are each what some fault is for, if they are a MUST that is tested', () => {
    const first = new Set(faults.map(({ breaks }) => breaks[0]));
    // Spaces are not made by API here, so there is no moment at which a new one could lack its key.
    const left = rows.filter(({ id, level, notTested }) => level === 'MUST' && !notTested && id !== 'E17');
    const hasFault = ({ id, sameAs = [] }: Row): boolean => [id, ...sameAs].some((one) => first.has(one));
    expect(left.filter((row) => !hasFault(row)).map(({ id }) => id)).toEqual([]);
  });
});
