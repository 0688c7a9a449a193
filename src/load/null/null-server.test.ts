import { afterEach, describe, expect, it } from 'vitest';
import { loadContract } from '../../contract/load.ts';
import { targetsOf } from '../../target/load.ts';
import { hmac } from '../../wire/sign.ts';
import { now } from '../clock.ts';
import { beamInput } from '../wire/beam-session.ts';
import { markerOf } from '../wire/marker.ts';
import { type NullServer, startNullServer } from './server.ts';
import { type Seen, WsViewer } from './ws-viewer.ts';

const run = 0x1234;
let server: NullServer;
afterEach(() => server.close());

async function post(path: string, body: unknown, key?: string): Promise<Response> {
  return fetch(server.http + path, {
    method: 'POST',
    headers: key === undefined ? {} : { 'x-api-key': key },
    body: JSON.stringify(body),
  });
}

/** What is true of every delivery: it is stamped after its publish began and before it came, and in order. */
function expectStamped(seen: readonly Seen[], began: readonly number[]): void {
  let last = 0;
  for (const { seq, own, at } of seen) {
    expect(own).toBeGreaterThanOrEqual(last);
    // A stamp is cut to whole microseconds.
    expect(own).toBeGreaterThanOrEqual((began[seq] ?? Number.NaN) - 0.001);
    expect(own).toBeLessThanOrEqual(at);
    last = own;
  }
}

describe('the null server', () => {
  it('brings a pusher event to the subscribers of its channels alone', async () => {
    server = await startNullServer();
    const url = `${server.ws}/app/null-key?protocol=7`;
    const viewers = [
      await WsViewer.ready('pusher', url, run, { channel: 'private-a' }),
      await WsViewer.ready('pusher', url, run, { channel: 'private-a' }),
      await WsViewer.ready('pusher', url, run, { channel: 'private-b' }),
    ];
    const began: number[] = [];
    for (let seq = 0; seq < 22; seq++) {
      began.push(now());
      const request_id = markerOf({ run, channel: 0, number: Math.floor(seq / 11) });
      const data = JSON.stringify({ request_id, status: 'in_progress', progress: (seq % 11) * 10 });
      const answer = await post('/apps/null/events', { name: 'x', channels: ['private-a'], data });
      expect([answer.status, await answer.json()]).toEqual([200, {}]);
    }
    await Promise.all(viewers.map((viewer) => viewer.fence()));
    const all = Array.from({ length: 22 }, (_, seq) => [0, seq]);
    expect(viewers.map(({ seen }) => seen.map(({ channel, seq }) => [channel, seq]))).toEqual([all, all, []]);
    for (const { seen } of viewers) expectStamped(seen, began);
    expect(JSON.parse(viewers[0]?.seen[1]?.text ?? '')).toEqual({
      w: expect.stringMatching(/^\d{16}$/),
      event: 'x',
      channel: 'private-a',
      data: `{"request_id":"${markerOf({ run, channel: 0, number: 0 })}","status":"in_progress","progress":10}`,
    });
    expect(server.ledger.toJson()).toMatchObject({ publishes: 22, deliveries: 44, connections: 3 });
  });

  it('brings an emit event to the viewers of its job and of its space', async () => {
    server = await startNullServer();
    const create = async (space: string): Promise<string> => {
      const answer = await post(`/api/v1/spaces/${space}/jobs`, { name: 'job' }, `${space}.producer`);
      expect(answer.status).toBe(201);
      return ((await answer.json()) as { id: string }).id;
    };
    const job = await create('null-0');
    const other = await create('null-1');
    const view = (path: string, token: string): Promise<WsViewer> =>
      WsViewer.ready('emit', `${server.ws}/api/v1/realtime/${path}?token=${token}`, run);
    const ofJob = await view(job, 'null-0.read');
    const ofOther = await view(other, 'null-1.read');
    // Whoever views a space is ready by the first event that says so.
    const spaceReady = view('spaces/null-0', 'null-0.read');
    await post('/api/v1/spaces/null-0/jobs/poll', { count: 1 }, 'null-0.worker');
    await post(`/api/v1/jobs/${job}/ack`, {}, 'null-0.worker');
    const began: number[] = [];
    const progress = (number: number): Promise<Response> =>
      post(`/api/v1/jobs/${job}/progress`, { id: markerOf({ run, channel: 0, number }) }, 'null-0.worker');
    let isReady = false;
    spaceReady.then(() => {
      isReady = true;
    });
    while (!isReady) await progress(0xffff_ffff);
    const ofSpace = await spaceReady;
    for (let seq = 0; seq < 5; seq++) {
      began.push(now());
      expect((await progress(seq)).status).toBe(200);
    }
    await post(`/api/v1/jobs/${job}/complete`, { result: 1 }, 'null-0.worker');
    const viewers = [ofJob, ofOther, ofSpace];
    await Promise.all(viewers.map((viewer) => viewer.fence()));
    const all = Array.from({ length: 5 }, (_, seq) => [0, seq]);
    expect(viewers.map(({ seen }) => seen.map(({ channel, seq }) => [channel, seq]))).toEqual([all, [], all]);
    for (const { seen } of viewers) expectStamped(seen, began);
    expect(JSON.parse(ofSpace.seen[0]?.text ?? '')).toEqual({
      w: expect.stringMatching(/^\d{16}$/),
      jobId: job,
      type: 'progress',
      status: 'running',
      jobName: 'job',
      timestamp: expect.any(String),
      data: { id: markerOf({ run, channel: 0, number: 0 }) },
    });
  });

  it('answers the input of a beam client as the published handler does', async () => {
    server = await startNullServer();
    const options = { headers: { authorization: 'Bearer null-beam' } };
    const asking = await WsViewer.ready('beam', server.ws, run, options);
    const silent = await WsViewer.ready('beam', server.ws, run, options);
    const began: number[] = [];
    for (let seq = 0; seq < 5; seq++) {
      began.push(now());
      asking.socket.send(beamInput(run, 6, seq, 100));
    }
    await asking.until(() => asking.seen.length === 5);
    await silent.fence();
    expect(silent.seen).toEqual([]);
    expectStamped(asking.seen, began);
    for (const [seq, { channel, text }] of asking.seen.entries()) {
      expect(channel).toBe(6);
      const nonce = markerOf({ run, channel: 6, number: seq });
      expect(JSON.parse(text)).toMatchObject({ nonce, proof: hmac('null-handler-key', nonce) });
    }
  });

  it('refuses bad tokens and keys, and those it is told to', async () => {
    server = await startNullServer({ refuse: ['null-0.read'] });
    const job = await (await post('/api/v1/spaces/null-1/jobs', { name: 'job' }, 'null-1.producer')).json();
    const stream = `${server.ws}/api/v1/realtime/${(job as { id: string }).id}`;
    const answerTo = async (url: string, headers = {}): Promise<string> => {
      const { socket } = new WsViewer('emit', url, run, '', { headers });
      return new Promise((resolve) => {
        socket.once('open', () => {
          resolve('open');
          socket.terminate();
        });
        socket.once('error', ({ message }) => resolve(message.replace(/^\D+/, '')));
      });
    };
    expect(await answerTo(`${stream}?token=null-1.read`)).toBe('open');
    expect(await answerTo(`${stream}?token=nobody`)).toBe('401');
    expect(await answerTo(`${stream}?token=foreign.read`)).toBe('403');
    expect(await answerTo(`${server.ws}/api/v1/realtime/spaces/null-0?token=null-0.public`)).toBe('open');
    expect(await answerTo(`${server.ws}/api/v1/realtime/spaces/null-0?token=null-0.read`)).toBe('401');
    expect(await answerTo(`${server.ws}/api/v1/realtime/nothing?token=null-1.read`)).toBe('404');
    expect(await answerTo(server.ws, { authorization: 'Bearer null-beam' })).toBe('open');
    expect(await answerTo(server.ws, { authorization: 'Bearer null-beam-revoked' })).toBe('401');
    const stranger = await WsViewer.ready('pusher', `${server.ws}/app/another`, run);
    expect(stranger.code).toBe(4001);
    expect(server.ledger.toJson()).toMatchObject({ refusedBad: 5 });
    expect((await post('/api/v1/spaces/null-1/jobs', { name: 'job' }, 'nobody')).status).toBe(401);
  });

  it('describes itself by entries of a target file', async () => {
    server = await startNullServer();
    const targets = await targetsOf(server.targets, 'the null server', await loadContract());
    expect(targets.map(({ name, surface }) => [name, surface])).toEqual([
      ['null-pusher', 'pusher'],
      ['null-emit', 'emit'],
      ['null-beam', 'beam'],
    ]);
  });

  it('stamps what one socket keeps back apart from what the others get', async () => {
    server = await startNullServer();
    const url = `${server.ws}/app/null-key`;
    const asleep = await WsViewer.ready('pusher', url, run, { channel: 'private-a' });
    const awake = await WsViewer.ready('pusher', url, run, { channel: 'private-a' });
    asleep.socket.pause();
    const request = {
      surface: 'pusher',
      channels: ['private-a'],
      rate: 1000,
      forMs: 200,
      run,
      padding: 100_000,
    };
    expect(await (await post('/blast', request)).json()).toMatchObject({ publishes: 200, deliveries: 400 });
    await awake.fence();
    asleep.socket.resume();
    await asleep.fence();
    const [late, early] = [asleep, awake].map(({ seen }) => seen.map(({ own }) => own)) as [
      number[],
      number[],
    ];
    expect([late.length, early.length]).toEqual([200, 200]);
    // It joined first, so its frame is the first that is written.
    expect(late.filter((own, seq) => own >= (early[seq] ?? 0))).toEqual([]);
  });
});
