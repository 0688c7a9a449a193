import { expect, it, onTestFinished } from 'vitest';
import { type EmitOnAPort, emitOnAPort, emitRules, home, type Stream, tokenOf } from './emit-on-a-port.ts';

const read = tokenOf(home, 'read');
const low = tokenOf(home, 'public');

/** What a server shows of an open point, as the name of a reading. */
type Look = (emit: EmitOnAPort) => Promise<string>;

/** The event of a type that a viewer of low scope gets of a job that fails once and then succeeds. */
const seenByLow =
  (type: string, describe: (event: Readonly<Record<string, unknown>>) => string, token = low): Look =>
  async (emit) => {
    const id = await emit.create({ maxRetries: 1 });
    const { next } = await emit.watch(id, token);
    await emit.work(id, 'poll', 'ack', 'checkpoint', ['fail', { error: 'e' }], 'poll', 'ack', 'complete');
    return describe(await next(type));
  };

/** What a space stream begins with where a job is pending. */
const beginsWith: Look = async (emit) => {
  const id = await emit.create();
  const { events, next } = await emit.watch(`spaces/${home}`, read);
  await emit.work(id, 'poll');
  await next('delivered');
  return events[0]?.type === 'delivered' ? 'nothing' : String(events[0]?.type);
};

const nullOrAbsent = (event: object): string => ('data' in event ? 'null' : 'absent');

const refusal =
  (path: string | ((emit: EmitOnAPort) => Promise<string>), token: string): Look =>
  async (emit) => {
    const place = typeof path === 'string' ? path : await path(emit);
    return String((await emit.refusal(`${place}?token=${token}`)).status);
  };

const opens =
  (path: (emit: EmitOnAPort) => Promise<string>, token: string): Look =>
  async (emit) =>
    emit.watch(await path(emit), token).then(
      () => 'admitted',
      () => 'refused',
    );

const newJob = (emit: EmitOnAPort): Promise<string> => emit.create();

/** Closed, or still answering: a socket that is being closed answers no ping. */
async function fate({ closed, socket }: Stream): Promise<string> {
  const answered = new Promise((resolve) => socket.once('pong', resolve)).then(() => 'stays-open');
  if (socket.readyState === socket.OPEN) socket.ping();
  return Promise.race([closed.then(() => 'closes'), answered]);
}

const looks: Readonly<Record<string, Look>> = {
  'A21.checkpoint': seenByLow('checkpoint', nullOrAbsent),
  'A21.retried': seenByLow('retried', nullOrAbsent),
  'A21.completed': seenByLow('completed', nullOrAbsent),
  'A25.full': async (emit) => {
    const id = await emit.create();
    await emit.work(id, 'poll', 'ack', ['progress', { percent: 5 }]);
    const { next } = await emit.watch(id, read);
    return 'data' in (await next('init')) ? 'last-progress' : 'absent';
  },
  A22: seenByLow('completed', (event) => ('jobId' in event ? 'full' : 'minimal')),
  A26: seenByLow('acked', (event) => ('jobName' in event ? 'present' : 'absent')),
  'A27.creation': async (emit) => {
    const { events, socket } = await emit.watch(`spaces/${home}`, read);
    await emit.create();
    if (events.length === 0) await new Promise((resolve) => socket.once('event', resolve));
    const type = String(events[0]?.type);
    return ['created', 'init'].includes(type) ? type : 'other';
  },
  'A27.first': beginsWith,
  'A27.connected': beginsWith,
  'A28.credential': refusal(newJob, 'nobody'),
  'A28.scope': refusal(`spaces/${home}`, low),
  'A28.foreign-space': refusal('spaces/foreign-01', read),
  'A28.unknown-job': refusal('01HZZZZZZZZZZZZZZZZZZZZZZZ', read),
  A29: async (emit) => {
    const foreign = await emit.refusal(`${await emit.create({}, 'foreign-01')}?token=${read}`);
    const unknown = await emit.refusal(`01HZZZZZZZZZZZZZZZZZZZZZZZ?token=${read}`);
    return JSON.stringify(foreign) === JSON.stringify(unknown) ? 'alike' : 'told-apart';
  },
  'A30.worker-job': opens(newJob, tokenOf(home, 'worker')),
  'A30.worker-space': opens(async () => `spaces/${home}`, tokenOf(home, 'worker')),
  'A31.live': async (emit) => {
    const id = await emit.create();
    const stream = await emit.watch(id, read);
    await emit.work(id, 'poll', 'ack', 'complete');
    return fate(stream);
  },
  'A31.finished': async (emit) => {
    const id = await emit.create();
    await emit.work(id, 'poll', 'ack', 'complete');
    const stream = await emit.watch(id, read);
    await stream.next('init');
    return fate(stream);
  },
  A33: seenByLow('retried', ({ data }) => String((data as { attemptNumber: number }).attemptNumber), read),
  A34: async (emit) => {
    const id = await emit.create({ timeoutSeconds: 5 });
    const { events } = await emit.watch(id, read);
    await emit.work(id, 'poll', 'ack');
    await emit.advance(id, 5);
    const { body } = await emit.call('read', 'GET', `/jobs/${id}`);
    if (body.status === 'running') return 'nothing';
    return String(events.at(-1)?.type ?? body.status) === 'dead' ? 'dead' : 'retried';
  },
  'A39.no-token': opens(newJob, ''),
  'A39.bad-token': opens(newJob, 'nobody'),
  'A39.scope': opens(newJob, tokenOf(home, 'producer')),
  A37: async (emit) => {
    const stream = await emit.watch(await emit.create(), read);
    const command = (op: string) =>
      fetch(`${emit.reference.address.http}/control`, {
        method: 'POST',
        body: JSON.stringify({ op, token: read }),
      });
    await command('revoke');
    return fate(stream);
  },
};

it('is looked at: every open point of the rules', () => {
  expect(Object.keys(looks).sort()).toEqual(emitRules.openPoints.map(({ id }) => id).sort());
});

const all = emitRules.openPoints.flatMap(({ id, readings, dialects: [dialect] = ['emit@1'] }) =>
  readings.map((reading) => ({ id, reading, dialect: dialect ?? 'emit@1' })),
);

it.each(all)('$id=$reading is performed', async ({ id, reading, dialect }) => {
  const emit = await emitOnAPort({ readings: { [id]: reading }, dialects: { emit: dialect } });
  onTestFinished(() => emit.reference.close());
  expect(await looks[id]?.(emit)).toBe(reading);
});
