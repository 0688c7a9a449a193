import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamKind } from './admission.ts';
import { type EmitOnAPort, emitOnAPort, emitRules, home, knock, tokenOf } from './emit-on-a-port.ts';

let emit: EmitOnAPort;
beforeAll(async () => {
  emit = await emitOnAPort();
});
afterAll(() => emit.reference.close());

const read = tokenOf(home, 'read');
const low = tokenOf(home, 'public');

describe('what viewers see', () => {
  it('is everything with jobs:read, and only the data of progress with jobs:read:progress', async () => {
    const id = await emit.create({ name: 'both', maxRetries: 1 });
    const full = await emit.watch(id, read);
    const stripped = await emit.watch(id, low);
    const space = await emit.watch(`spaces/${home}`, read);
    await emit.work(
      id,
      'poll',
      'ack',
      ['progress', { percent: 1, own: { deep: [1] } }],
      ['checkpoint', { secret: 'c' }],
    );
    await emit.work(id, ['fail', { error: 'secret e' }], 'poll', 'ack', ['fail', { error: 'secret d' }]);
    await Promise.all([full.next('dead'), stripped.next('dead'), space.next('dead')]);

    const data = ({ events }: typeof full) => events.map(({ type, status, data }) => [type, status, data]);
    expect(data(full)).toEqual([
      ['init', 'pending', undefined],
      ['delivered', 'delivered', undefined],
      ['acked', 'running', undefined],
      ['progress', 'running', { percent: 1, own: { deep: [1] } }],
      ['checkpoint', 'running', { secret: 'c' }],
      ['retried', 'pending', { error: 'secret e', attemptNumber: 1 }],
      ['delivered', 'delivered', undefined],
      ['acked', 'running', undefined],
      ['dead', 'dead', { error: 'secret d' }],
    ]);
    expect(data(stripped)).toEqual(
      data(full).map(([type, status, seen]) => [
        type,
        status,
        ['checkpoint', 'retried', 'dead'].includes(String(type)) ? null : seen,
      ]),
    );
    expect(stripped.texts.join()).not.toContain('secret');
    expect(space.events).toEqual(full.events.slice(1));
    expect(full.events.every((event) => event.jobId === id && event.jobName === 'both')).toBe(true);
    const times = full.events.map(({ timestamp }) => String(timestamp));
    expect(times).toEqual([...times].sort());
  });

  it('hides a result, and shows a progress that is no object as it was sent', async () => {
    const id = await emit.create();
    const stripped = await emit.watch(id, low);
    await emit.work(id, 'poll', 'ack', ['progress', 'ünïcode \u2028 "'], ['complete', { result: 'secret' }]);
    expect(await stripped.next('completed')).toMatchObject({ data: null });
    expect(await stripped.next('progress')).toMatchObject({ data: 'ünïcode \u2028 "' });
  });

  it('is the creation and every event of each job of the space, and of no other space', async () => {
    const mine = await emit.watch('spaces/space-05', tokenOf('space-05', 'read'));
    await emit.create({}, 'foreign-01');
    const id = await emit.create({ name: 'mine' }, 'space-05');
    await mine.next('created');
    expect(mine.events).toEqual([
      { jobId: id, jobName: 'mine', type: 'created', status: 'pending', timestamp: expect.any(String) },
    ]);
  });

  it.each(['pending', 'delivered', 'running', 'completed'])('begins with init at %s', async (status) => {
    const id = await emit.create();
    const steps = ['poll', 'ack', 'complete'].slice(
      0,
      ['pending', 'delivered', 'running', 'completed'].indexOf(status),
    );
    await emit.work(id, ...steps);
    const { events, next } = await emit.watch(id, low);
    await next('init');
    expect(events).toEqual([
      { jobId: id, jobName: 'test', type: 'init', status, timestamp: expect.any(String) },
    ]);
    await emit.work(id, ...['poll', 'ack', 'complete'].slice(steps.length));
  });
});

describe('joining in the middle of a burst', () => {
  it('misses nothing after init and doubles nothing', async () => {
    const id = await emit.create();
    await emit.work(id, 'poll', 'ack');
    const first = await emit.watch(id, read);
    let sent = 0;
    const burst = (async () => {
      while (sent < 200) await emit.work(id, ['progress', { n: sent++ }]);
    })();
    const viewers = [];
    while (sent < 200) viewers.push(await emit.watch(id, read));
    await burst;
    await emit.work(id, ['complete', { result: null }]);
    await Promise.all([first, ...viewers].map(({ next }) => next('completed')));

    const numbers = (events: typeof first.events) =>
      events.filter(({ type }) => type === 'progress').map(({ data }) => (data as { n: number }).n);
    expect(numbers(first.events)).toEqual(Array.from({ length: 200 }, (_, n) => n));
    for (const { events } of viewers) {
      expect(events[0]).toMatchObject({ type: 'init', status: 'running' });
      const seen = numbers(events);
      expect(seen).toEqual(Array.from({ length: seen.length }, (_, at) => 200 - seen.length + at));
    }
  });
});

describe.each(Object.entries(emitRules.streams))('the door of the %s stream', (name, door) => {
  const stream = name as StreamKind;

  it.each(Object.entries(door.refuses))('refuses %s before the upgrade', async (credential, row) => {
    const { path, headers } = knock(stream, credential, await emit.create());
    const { status, body } = await emit.refusal(path, headers);
    expect(Object.values(row.status)[0]).toContain(status);
    expect(body).toEqual({ error: expect.any(String) });
  });

  it.each(Object.keys({ ...door.admits, ...door.undecided }))('opens to %s', async (credential) => {
    const { path } = knock(stream, credential, await emit.create());
    const [place = '', token = ''] = path.split('?token=');
    const { socket } = await emit.watch(place, token);
    expect(socket.readyState).toBe(1);
  });
});

describe('what else knocks', () => {
  it('is told which scope is missing', async () => {
    const { body } = await emit.refusal(`spaces/${home}?token=${low}`);
    expect(body).toEqual({ error: 'Missing required scope: jobs:read' });
  });

  it('is told of a job that never was', async () => {
    expect((await emit.refusal(`01HZZZZZZZZZZZZZZZZZZZZZZZ?token=${read}`)).status).toBe(404);
    expect((await emit.refusal(`%E0%A4%A?token=${read}`)).status).toBe(404);
  });

  it('is told to upgrade where it asks over plain HTTP', async () => {
    const response = await fetch(
      `${emit.reference.address.http}/api/v1/realtime/spaces/${home}?token=${read}`,
    );
    expect(response.status).toBe(426);
  });
});
