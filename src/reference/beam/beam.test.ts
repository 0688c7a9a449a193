import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type BeamOnAPort, beamOnAPort } from './beam-on-a-port.ts';
import { talkTo, upgrade } from './talk.ts';

const dialects = ['document', 'beta9'] as const;
const bearer = (dialect: string): Record<string, string> => ({
  authorization: `Bearer plumbline-${dialect}-token-0123456789`,
});
const proof = (nonce: string, dialect = 'document'): string =>
  createHmac('sha256', `plumbline-${dialect}-handler-key`).update(nonce).digest('hex');

let server: BeamOnAPort;
afterEach(() => server.close());
const start = async (...given: Parameters<typeof beamOnAPort>): Promise<BeamOnAPort> => {
  server = await beamOnAPort(...given);
  return server;
};

describe.each(dialects)('the door of %s', (dialect) => {
  const token = `plumbline-${dialect}-token-0123456789`;
  it.each([
    ['no token', {}, ''],
    ['an empty one', { authorization: 'Bearer ' }, ''],
    ['one that nobody issued', { authorization: 'Bearer nobody' }, ''],
    ['a truncated one', { authorization: `Bearer ${token.slice(0, -1)}` }, ''],
    ['a good one as Basic', { authorization: `Basic ${token}` }, ''],
    ['a revoked one', { authorization: `Bearer plumbline-${dialect}-revoked-0123456789` }, ''],
    ['one that nobody issued in the query', {}, '?auth_token=nobody'],
    [
      'a good one in the query beside a bad header',
      { authorization: 'Bearer nobody' },
      `?auth_token=${token}`,
    ],
  ] as [string, Record<string, string>, string][])('B10: refuses %s with 401', async (_, headers, query) => {
    const { ws } = await start();
    const answer = await upgrade(`${ws}/beam/${dialect}/${query}`, headers);
    expect(answer).toMatchObject({ kind: 'refused', status: 401, headers: { 'www-authenticate': 'Bearer' } });
  });

  it.each(['', '/'])('B11: opens with a good token at the path "%s"', async (slash) => {
    const { ws } = await start();
    expect((await upgrade(`${ws}/beam/${dialect}${slash}`, bearer(dialect))).kind).toBe('opened');
  });

  it('answers another path with 404', async () => {
    const { ws } = await start();
    expect(await upgrade(`${ws}/beam/${dialect}/other`, bearer(dialect))).toMatchObject({ status: 404 });
  });

  it('B5: answers a plain GET with 426', async () => {
    const { http } = await start();
    const answer = await fetch(`${http}/beam/${dialect}/`, { headers: bearer(dialect) });
    expect(answer.status).toBe(426);
    expect(answer.headers.get('content-type')).toBe('application/json');
  });
});

describe('an open connection', () => {
  it('B6: answers an input with the proof of its nonce', async () => {
    const talk = await talkTo(`${(await start()).ws}/beam/document/`, bearer('document'));
    talk.send({ nonce: 'a', op: 'transform' });
    await talk.until(1);
    expect(talk.frames).toMatchObject([{ binary: false, json: { nonce: 'a', proof: proof('a') } }]);
  });

  it('B7, B6i: sends a stream in its order, and what was asked after it afterwards', async () => {
    const talk = await talkTo(`${(await start()).ws}/beam/document/`, bearer('document'));
    talk.send({ nonce: 'a', op: 'stream', n: 100 });
    talk.send({ nonce: 'b', op: 'transform' });
    await talk.until(101);
    const stream = Array.from({ length: 100 }, (_, index) => ({
      nonce: 'a',
      proof: proof('a'),
      index,
      of: 100,
    }));
    expect(talk.frames.map(({ json }) => json)).toEqual([...stream, { nonce: 'b', proof: proof('b') }]);
  });

  it('A20.failure: sends nothing for a failing handler and goes on', async () => {
    const talk = await talkTo(`${(await start()).ws}/beam/document/`, bearer('document'));
    talk.send({ nonce: 'a', op: 'fail' });
    talk.send({ nonce: 'b', op: 'transform' });
    await talk.until(1);
    expect(talk.frames.map(({ json }) => json)).toEqual([{ nonce: 'b', proof: proof('b') }]);
  });

  it('B6: keeps two connections apart', async () => {
    const { ws } = await start();
    const one = await talkTo(`${ws}/beam/document/`, bearer('document'));
    const two = await talkTo(`${ws}/beam/document/`, bearer('document'));
    one.send({ nonce: 'one', op: 'stream', n: 50 });
    two.send({ nonce: 'two', op: 'stream', n: 50 });
    await Promise.all([one.until(50), two.until(50)]);
    expect(one.frames.every(({ text }) => text.includes('"one"'))).toBe(true);
    expect(two.frames.every(({ text }) => text.includes('"two"'))).toBe(true);
  });

  it('takes an input of 1 MiB and closes with 1009 on a byte more', async () => {
    const talk = await talkTo(`${(await start()).ws}/beam/document/`, bearer('document'));
    const input = (bytes: number): string => {
      const rest = '{"nonce":"a","op":"transform","fill":""}'.length;
      return `{"nonce":"a","op":"transform","fill":"${'x'.repeat(bytes - rest)}"}`;
    };
    talk.socket.send(input(1024 * 1024));
    expect(await talk.until(1)).toBe(true);
    talk.socket.send(input(1024 * 1024 + 1));
    expect(await talk.closed).toBe(1009);
  });

  it('holds back a client that sends and never reads, and loses nothing', async () => {
    const talk = await talkTo(`${(await start()).ws}/beam/document/`, bearer('document'));
    talk.socket.pause();
    for (let at = 0; at < 100; at += 1) talk.send({ nonce: `n${at}`, op: 'stream', n: 1000 });
    await new Promise((resolve) => talk.socket.ping('', undefined, resolve));
    talk.socket.resume();
    expect(await talk.until(100_000, 20_000)).toBe(true);
    expect(talk.frames.at(-1)?.json).toMatchObject({ nonce: 'n99', index: 999 });
  });
});

describe('beta9', () => {
  it('BH1, BH2: sends a heartbeat at once, and one for every five seconds of its connection alone', async () => {
    const { timers, ws } = await start();
    const named = { ...bearer('beta9'), 'x-plumbline-connection': 'mine' };
    const mine = await talkTo(`${ws}/beam/beta9/`, named);
    const other = await talkTo(`${ws}/beam/beta9/`, bearer('beta9'));
    await Promise.all([mine.until(1), other.until(1)]);
    timers.advance('mine', 15_000);
    await mine.until(4);
    expect(mine.frames.map(({ text }) => text)).toEqual(Array(4).fill('{"type":"ping"}'));
    expect(other.frames).toHaveLength(1);
  });

  it('BH3: takes a token in the query', async () => {
    const { ws } = await start();
    expect((await upgrade(`${ws}/beam/beta9/?auth_token=plumbline-beta9-token-0123456789`)).kind).toBe(
      'opened',
    );
  });
});
