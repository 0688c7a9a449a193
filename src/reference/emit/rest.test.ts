import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmitOnAPort, emitOnAPort, emitRules, home, tokenOf } from './emit-on-a-port.ts';

let emit: EmitOnAPort;
beforeAll(async () => {
  emit = await emitOnAPort();
});
afterAll(() => emit.reference.close());

describe('a job over REST', () => {
  it('goes from pending to completed, and REST remembers all of it', async () => {
    const { status, body } = await emit.call('producer', 'POST', `/spaces/${home}/jobs`, {
      name: 'a',
      payload: [1],
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'a',
      status: 'pending',
      payload: [1],
      maxRetries: 3,
      timeoutSeconds: 300,
    });
    expect(body.id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    const id = String(body.id);
    const polled = await emit.call('worker', 'POST', `/spaces/${home}/jobs/poll`, { count: 10 });
    expect(polled.body).toMatchObject({ jobs: [{ id, name: 'a', payload: [1], attemptNumber: 0 }] });
    await emit.work(id, 'ack', ['progress', { percent: 5 }], 'keepalive', [
      'complete',
      { result: { ok: true } },
    ]);
    const got = await emit.call('read', 'GET', `/jobs/${id}`);
    expect(got.body).toMatchObject({ id, status: 'completed', result: { ok: true } });
    const types = (got.body.events as { type: string }[]).map(({ type }) => type);
    expect(types).toEqual(['created', 'delivered', 'acked', 'progress', 'completed']);
  });

  it('is retried as often as it may be, then dead', async () => {
    const id = await emit.create({ maxRetries: 1 });
    await emit.work(id, 'poll', 'ack', ['fail', { error: 'one' }]);
    expect((await emit.call('read', 'GET', `/jobs/${id}`)).body).toMatchObject({
      status: 'pending',
      attemptNumber: 1,
    });
    await emit.work(id, 'poll', 'ack', ['fail', { error: 'two' }]);
    expect((await emit.call('read', 'GET', `/jobs/${id}`)).body).toMatchObject({
      status: 'dead',
      lastError: 'two',
    });
  });

  it('is pending again when the delivery runs out, without costing a retry', async () => {
    const id = await emit.create({ maxRetries: 0, timeoutSeconds: 10 });
    await emit.work(id, 'poll');
    expect(await emit.advance(id, 9)).toEqual({ ok: true, ran: 0 });
    expect(await emit.advance(id, 1)).toEqual({ ok: true, ran: 1 });
    expect((await emit.call('read', 'GET', `/jobs/${id}`)).body).toMatchObject({
      status: 'pending',
      attemptNumber: 0,
    });
    await emit.work(id, 'poll', 'ack', 'complete');
  });

  it.each(['progress', 'checkpoint', 'keepalive'])('has all its time again after %s', async (verb) => {
    const id = await emit.create({ timeoutSeconds: 10 });
    await emit.work(id, 'poll', 'ack');
    await emit.advance(id, 9);
    await emit.work(id, verb);
    expect(await emit.advance(id, 9)).toEqual({ ok: true, ran: 0 });
    await emit.work(id, 'complete');
  });

  it('is listed by status, limit and offset', async () => {
    const ids = [await emit.create({}, 'space-02'), await emit.create({}, 'space-02')];
    const list = async (query: string) =>
      (await emit.call('read', 'GET', `/spaces/space-02/jobs${query}`, undefined, 'space-02')).body;
    expect(await list('?status=dead')).toMatchObject({ jobs: [], total: 0 });
    expect(await list('?status=pending&limit=1&offset=1')).toMatchObject({
      jobs: [{ id: ids[1] }],
      total: 2,
    });
  });

  it.each(['ack', 'progress', 'complete', 'fail'])(
    'refuses %s with 409 while it is pending',
    async (verb) => {
      const id = await emit.create({}, 'space-03');
      const { status, body } = await emit.call('worker', 'POST', `/jobs/${id}/${verb}`, {}, 'space-03');
      expect({ status, body }).toEqual({
        status: 409,
        body: { error: expect.stringContaining('Job is pending') },
      });
    },
  );
});

describe('who may call', () => {
  it.each(Object.entries(emitRules.rest))(
    'refuses %s without the scope, the key or the space',
    async (name, rule) => {
      const id = await emit.create({}, 'space-04');
      const path = rule.path.replace('{space}', 'space-04').replace('{job}', id);
      const refused = await emit.call(
        'public',
        rule.method,
        path,
        rule.method === 'POST' ? {} : undefined,
        'space-04',
      );
      expect(refused).toEqual({ status: 403, body: { error: `Missing required scope: ${rule.scope}` } });
      const role = name === 'create' ? 'producer' : 'worker';
      const foreign = await emit.call(
        role,
        rule.method,
        path,
        rule.method === 'POST' ? {} : undefined,
        'foreign-01',
      );
      expect(foreign.status).toBe(403);
      const revoked = await emit.call(
        'revoked',
        rule.method,
        path,
        rule.method === 'POST' ? {} : undefined,
        'space-04',
      );
      expect(revoked.status).toBe(401);
    },
  );

  it('takes the key as a bearer token too, and answers 404 to an unknown job', async () => {
    const response = await fetch(`${emit.reference.address.http}/api/v1/jobs/nothing`, {
      headers: { authorization: `Bearer ${tokenOf(home, 'read')}` },
    });
    expect(response.status).toBe(404);
  });
});

describe('what is not as it should be', () => {
  const create = (body: string): Promise<Response> =>
    fetch(`${emit.reference.address.http}/api/v1/spaces/${home}/jobs`, {
      method: 'POST',
      headers: { 'x-api-key': tokenOf(home, 'producer') },
      body,
    });

  it.each([
    ['no body', '', 400],
    ['no JSON', '{', 400],
    ['no object', '[]', 400],
    ['no name', '{}', 400],
    ['an empty name', '{"name":" "}', 400],
    ['too many retries', '{"name":"a","maxRetries":26}', 400],
    ['half a second', '{"name":"a","timeoutSeconds":0.5}', 400],
    ['a callback that is no web address', '{"name":"a","callbackUrl":"file:///etc/passwd"}', 400],
    ['an unknown key', '{"name":"a","scheduledFor":"2030-01-01"}', 400],
    ['nesting without end', `{"name":"a","payload":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400],
    ['a body over 1 MiB', JSON.stringify({ name: 'a', payload: 'x'.repeat(1024 * 1024) }), 413],
  ])('is refused with a reason in JSON: %s', async (_, body, status) => {
    const response = await create(body);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: expect.any(String) });
  });

  it('is answered in JSON where there is no such route', async () => {
    const response = await fetch(`${emit.reference.address.http}/nowhere`);
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 404,
      body: { error: 'There is no GET /nowhere' },
    });
  });
});
