import { describe, expect, it } from 'vitest';
import { beamInput } from './beam-session.ts';
import { markerOf, readyNumber } from './marker.ts';
import { placesOfJob } from './pusher-session.ts';
import { newSession } from './session.ts';
import { sessionReader } from './sessions.ts';

const run = 0xc0ffee;
const job = (number: number, channel = 3): string => markerOf({ run, channel, number });

describe('a subscriber of a private channel', () => {
  /** As the documents of ModelBeam have it: numbers, and data that is encoded once more. */
  const modelBeam = (number: number, progress: number): string =>
    JSON.stringify({
      event: 'request.status.updated',
      channel: 'private-client.7',
      data: JSON.stringify({ request_id: job(number), status: 'in_progress', preview: null, progress }),
    });

  /** As those of dryAPI have it: a decimal in a string. */
  const dryApi = (number: number, progress: string): string =>
    JSON.stringify({
      event: 'request.status.updated',
      channel: 'private-client.7',
      data: { request_id: job(number), status: 'in_progress', progress },
    });

  const steps = Array.from({ length: placesOfJob }, (_, place) => place);

  it.each(steps)('knows step %d of a job by its progress, in both dialects', (place) => {
    const reader = sessionReader('pusher', run);
    const state = { ...newSession(), ready: true };
    for (const text of [
      modelBeam(5, place * 10),
      dryApi(5, (place * 10).toFixed(2)),
      dryApi(5, String(place * 10)),
    ]) {
      expect(reader.read(text, state)).toBe('delivery');
      expect([reader.channel, reader.seq]).toEqual([3, 5 * placesOfJob + place]);
    }
  });

  it('finds the progress that stands before the id', () => {
    const reader = sessionReader('pusher', run);
    const data = JSON.stringify({ progress: '70.00', request_id: job(2) });
    expect(reader.read(JSON.stringify({ event: 'request.status.updated', data }), newSession())).toBe(
      'delivery',
    );
    expect(reader.seq).toBe(2 * placesOfJob + 7);
  });

  it('takes the frames of another run for something else', () => {
    const other = markerOf({ run: run + 1, channel: 3, number: 0 });
    const text = JSON.stringify({
      event: 'request.status.updated',
      data: { request_id: other, progress: 10 },
    });
    expect(sessionReader('pusher', run).read(text, newSession())).toBe('other');
  });

  it('is led from the greeting to the subscription', () => {
    const reader = sessionReader('pusher', run);
    const state = newSession();
    const greeting = (data: unknown): string =>
      JSON.stringify({ event: 'pusher:connection_established', data });
    expect(reader.opened()).toBeUndefined();
    expect(reader.read(greeting(JSON.stringify({ socket_id: '12.34' })), state)).toBe('authorize');
    expect(state.socketId).toBe('12.34');
    expect(JSON.parse(reader.subscribe('private-client.7', 'key:sig'))).toEqual({
      event: 'pusher:subscribe',
      data: { channel: 'private-client.7', auth: 'key:sig' },
    });
    expect(
      reader.read(
        '{"event":"pusher_internal:subscription_succeeded","channel":"private-client.7","data":"{}"}',
        state,
      ),
    ).toBe('ready');
    expect(state.ready).toBe(true);
  });

  it('is refused by a greeting without a socket id', () => {
    expect(
      sessionReader('pusher', run).read('{"event":"pusher:connection_established","data":{}}', newSession()),
    ).toBe('refused');
  });

  it.each([
    '{"event":"pusher:error","data":{"code":4001,"message":"no"}}',
    '{"event":"pusher:subscription_error","channel":"private-client.7","data":{"status":403}}',
  ])('is refused by %s, unless it is in already', (text) => {
    const reader = sessionReader('pusher', run);
    expect(reader.read(text, newSession())).toBe('refused');
    expect(reader.reason).toBe(text);
    expect(reader.read(text, { ...newSession(), ready: true })).toBe('other');
  });

  it('answers a ping, and takes a pong for the fence only when it leaves', () => {
    const reader = sessionReader('pusher', run);
    expect(reader.read('{"event":"pusher:ping","data":{}}', newSession())).toBe('reply');
    expect(JSON.parse(reader.reply)).toEqual({ event: 'pusher:pong', data: {} });
    expect(reader.read('{"event":"pusher:pong","data":{}}', newSession())).toBe('other');
    expect(reader.read('{"event":"pusher:pong","data":{}}', { ...newSession(), leaving: true })).toBe(
      'fence',
    );
    expect(JSON.parse(reader.leave('private-client.7') ?? '')).toMatchObject({ event: 'pusher:unsubscribe' });
    expect(JSON.parse(reader.fence() ?? '')).toMatchObject({ event: 'pusher:ping' });
  });

  it.each(['', 'no JSON', '7', 'null', '[]', '{}'])('takes %j for something else', (text) => {
    expect(sessionReader('pusher', run).read(text, newSession())).toBe('other');
  });
});

describe('a viewer of a stream', () => {
  const progress = (number: number): string =>
    JSON.stringify({ type: 'progress', jobId: 'j', data: { progress: { mark: job(number) } } });

  it('is ready when it is greeted, though the last progress may stand in the greeting', () => {
    const reader = sessionReader('emit', run);
    const state = newSession();
    const init = JSON.stringify({ type: 'init', status: 'running', data: { progress: { mark: job(4) } } });
    expect(reader.read(init, state)).toBe('ready');
    expect(state.ready).toBe(true);
    expect(reader.read(progress(5), state)).toBe('delivery');
    expect([reader.channel, reader.seq]).toEqual([3, 5]);
  });

  it('is ready, on the stream of a space, once, when it has seen what was sent on it to find it', () => {
    const reader = sessionReader('emit', run, 'space');
    const state = newSession(3);
    expect(reader.read(progress(readyNumber), newSession(2))).toBe('other');
    expect(reader.read(progress(readyNumber), state)).toBe('ready');
    expect(state.ready).toBe(true);
    expect(reader.read(progress(readyNumber), state)).toBe('other');
    expect(sessionReader('emit', run).read(progress(readyNumber), newSession(3))).toBe('other');
  });

  it('takes what a space says of where its jobs stand for no delivery, before it is ready and after', () => {
    const reader = sessionReader('emit', run, 'space');
    const init = JSON.stringify({ type: 'init', status: 'running', data: { mark: job(4) } });
    for (const ready of [false, true]) {
      const state = { ...newSession(3), ready };
      expect(reader.read(init, state)).toBe('other');
      expect(state.ready).toBe(ready);
    }
  });

  it('takes all else for something else', () => {
    const reader = sessionReader('emit', run);
    expect(reader.read('{"type":"acked"}', { ...newSession(), ready: true })).toBe('other');
    expect(reader.leave('')).toBeUndefined();
    expect(reader.fence()).toBeUndefined();
  });
});

describe('a client of a realtime endpoint', () => {
  const answer = (input: string): string => {
    const { nonce } = JSON.parse(input) as { readonly nonce: string };
    return JSON.stringify({ type: 'event', payload: { nonce, value: 'abc' } });
  };

  it('is ready when it was answered', () => {
    const reader = sessionReader('beam', run);
    const state = newSession();
    expect(reader.read(answer(beamInput(run, 12, readyNumber, 0)), state)).toBe('ready');
    expect(state.ready).toBe(true);
  });

  it('knows the answer to each of its inputs', () => {
    const reader = sessionReader('beam', run);
    expect(reader.read(answer(beamInput(run, 12, 34, 0)), newSession())).toBe('delivery');
    expect([reader.channel, reader.seq]).toEqual([12, 34]);
    expect(reader.read(answer(beamInput(run + 1, 12, 34, 0)), newSession())).toBe('other');
  });

  it('asks with as much padding as is wanted', () => {
    expect(JSON.parse(beamInput(run, 1, 2, 0))).toEqual({ nonce: job(2, 1), op: 'transform' });
    expect(JSON.parse(beamInput(run, 1, 2, 100))).toMatchObject({ nonce: job(2, 1), pad: 'x'.repeat(100) });
  });
});
