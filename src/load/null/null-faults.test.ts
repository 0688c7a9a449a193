import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { beamInput } from '../wire/beam-session.ts';
import { runKinds } from '../wire/seat-ledger.ts';
import type { FaultName, LedgerRow, NullFaults, NullLedger } from './options.ts';
import { type NullServer, startNullServer } from './server.ts';
import { WsViewer } from './ws-viewer.ts';

const run = 0x1234;
const channels = ['private-a', 'private-b'];
let server: NullServer;
afterEach(() => server.close());

/** Four subscribers, in turn on two channels: the n-th is connection n. */
async function start(faults: NullFaults, seed = 1): Promise<WsViewer[]> {
  server = await startNullServer({ faults, seed });
  const viewers: WsViewer[] = [];
  for (let n = 0; n < 4; n++) viewers.push(await subscriber(channels[n % 2] ?? ''));
  return viewers;
}

function subscriber(channel: string, key = 'null-key'): Promise<WsViewer> {
  return WsViewer.ready('pusher', `${server.ws}/app/${key}`, run, { channel });
}

/** Has so many publishes go to each channel. */
async function blast(
  perChannel: number,
  rate = 2000,
  padding = 0,
): Promise<{ startAt: number; endedAt: number }> {
  const forMs = (perChannel * 2000) / rate;
  const answer = await fetch(`${server.http}/blast`, {
    method: 'POST',
    body: JSON.stringify({ surface: 'pusher', channels, rate, forMs, run, padding }),
  });
  const result = (await answer.json()) as { publishes: number; startAt: number; endedAt: number };
  expect(result.publishes).toBe(perChannel * 2);
  return result;
}

async function ledger(): Promise<NullLedger> {
  return (await (await fetch(`${server.http}/ledger`)).json()) as NullLedger;
}

async function fence(viewers: readonly WsViewer[]): Promise<void> {
  await Promise.all(viewers.map((viewer) => viewer.fence()));
}

/** What the ledger has of a fault for one connection: numbers of its own channel, rising. */
function numbersOf(rows: readonly LedgerRow[], connection: number): number[] {
  return rows
    .filter((row) => row[4] === connection)
    .map(([, seq]) => seq)
    .sort((a, b) => a - b);
}

/** Each viewer has a channel of its own, to which a hundred publishes went. */
async function expectDropsAndLeaks(viewers: readonly WsViewer[]): Promise<void> {
  const { faults } = await ledger();
  expect(faults.drop.count).toBeGreaterThan(40);
  expect(faults.wrongTenant.count).toBeGreaterThan(25);
  for (const [n, { seen }] of viewers.entries()) {
    const dropped = numbersOf(faults.drop.rows, n);
    const own = seen.filter(({ channel }) => channel === n).map(({ seq }) => seq);
    expect(own).toEqual(all.slice(0, 100).filter((seq) => !dropped.includes(seq)));
    const foreign = seen.filter(({ channel }) => channel !== n).map(({ seq }) => seq);
    expect(sorted(foreign)).toEqual(numbersOf(faults.wrongTenant.rows, n));
  }
}

const sorted = (numbers: readonly number[] = []): number[] => [...numbers].sort((a, b) => a - b);
const all = Array.from({ length: 300 }, (_, seq) => seq);

describe('the null server does wrong what it is told to, and takes it down', () => {
  it('drops', async () => {
    const viewers = await start({ drop: { oneIn: 10 } });
    await blast(300);
    await fence(viewers);
    const { faults, deliveries } = await ledger();
    expect(faults.drop.count).toBeGreaterThan(60);
    expect(deliveries).toBe(4 * 300 - faults.drop.count);
    for (const [n, viewer] of viewers.entries()) {
      const dropped = numbersOf(faults.drop.rows, n);
      expect(viewer.seen.map(({ seq }) => seq)).toEqual(all.filter((seq) => !dropped.includes(seq)));
    }
  });

  it('drops as many in the next run with that seed', async () => {
    const counts: number[] = [];
    for (const seed of [7, 7, 8]) {
      await start({ drop: { oneIn: 10 } }, seed);
      await blast(300);
      counts.push((await ledger()).faults.drop.count);
      if (counts.length < 3) await server.close();
    }
    expect(counts[0]).toBe(counts[1]);
    expect(counts[0]).toBeGreaterThan(60);
  });

  it('writes twice', async () => {
    const viewers = await start({ duplicate: { oneIn: 10 } });
    await blast(300);
    await fence(viewers);
    const { faults, deliveries } = await ledger();
    expect(faults.duplicate.count).toBeGreaterThan(60);
    expect(deliveries).toBe(4 * 300 + faults.duplicate.count);
    for (const [n, viewer] of viewers.entries()) {
      const { kinds } = viewer.account(n % 2);
      expect(kinds.get(runKinds.inOrder)).toEqual(all);
      expect(kinds.get(runKinds.again)).toEqual(numbersOf(faults.duplicate.rows, n));
    }
  });

  it('lets one overtake another', async () => {
    const viewers = await start({ reorder: { oneIn: 10, heldMs: 200 } });
    await blast(300);
    await Promise.all(viewers.map((viewer) => viewer.until(() => viewer.seen.length === 300)));
    const { faults } = await ledger();
    expect(faults.reorder.count).toBeGreaterThan(60);
    for (const [n, viewer] of viewers.entries()) {
      const { kinds } = viewer.account(n % 2);
      expect(kinds.has(runKinds.again)).toBe(false);
      expect(sorted(kinds.get(runKinds.late))).toEqual(numbersOf(faults.reorder.rows, n));
    }
  });

  it('delays', async () => {
    const viewers = await start({ delay: { share: 0.1, ms: 30 } });
    await blast(300);
    await Promise.all(viewers.map((viewer) => viewer.until(() => viewer.seen.length === 300)));
    const { rows, count } = (await ledger()).faults.delay;
    expect(count).toBeGreaterThan(60);
    for (const [channel, seq, due, actual, connection] of rows) {
      // Timers of the runtime count whole milliseconds, and may be early by less than one.
      expect(actual - due).toBeGreaterThan(29);
      const seen = viewers[connection]?.seen.find((one) => one.channel === channel && one.seq === seq);
      expect(seen?.own).toBeCloseTo(actual, 2);
      expect(seen?.at).toBeGreaterThanOrEqual(actual);
    }
  });

  it('stalls', async () => {
    const viewers = await start({ stall: { forMs: 150, everyMs: 300 } });
    await blast(300, 1000);
    await fence(viewers);
    const { faults, deliveries } = await ledger();
    expect(deliveries).toBe(4 * 300);
    expect(faults.stall.count).toBeGreaterThan(0);
    const { rows } = faults.stall;
    for (const [n, viewer] of viewers.entries()) {
      expect(viewer.seen.map(({ seq }) => seq)).toEqual(all);
      const waited = new Set(numbersOf(rows, n));
      // While one waits, nothing is written but what has waited, too.
      const between = viewer.seen.filter(
        ({ seq, own }) => !waited.has(seq) && rows.some(([, , due, actual]) => due < own && own < actual),
      );
      expect(between).toEqual([]);
    }
  });

  it('delivers to somebody on another channel', async () => {
    const viewers = await start({ wrongTenant: { oneIn: 10 } });
    await blast(300);
    await fence(viewers);
    const { rows, count } = (await ledger()).faults.wrongTenant;
    expect(count).toBeGreaterThan(60);
    for (const [n, viewer] of viewers.entries()) {
      const foreign = viewer.seen.filter(({ channel }) => channel !== n % 2);
      expect(sorted(foreign.map(({ seq }) => seq))).toEqual(numbersOf(rows, n));
      expect(viewer.account(n % 2).kinds.get(runKinds.inOrder)).toEqual(all);
    }
  });

  it.each([false, true])('changes payloads, longer: %s', async (longer) => {
    const viewers = await start({ change: { oneIn: 10, longer } });
    await blast(300, 2000, 10);
    await fence(viewers);
    const { rows, count } = (await ledger()).faults.change;
    expect(count).toBeGreaterThan(60);
    for (const [n, viewer] of viewers.entries()) {
      const isChanged = ({ text, seq }: { text: string; seq: number }): boolean => {
        const { data } = JSON.parse(text) as { data: string };
        const { status, preview, progress, result_url: url } = JSON.parse(data) as Record<string, unknown>;
        const place = seq % 11;
        const good = place === 0 ? 'processing' : place === 10 ? 'done' : 'in_progress';
        return !(status === good && preview === 'x'.repeat(10) && progress === place * 10 && url === null);
      };
      expect(viewer.seen.map(({ seq }) => seq)).toEqual(all);
      expect(viewer.seen.filter(isChanged).map(({ seq }) => seq)).toEqual(numbersOf(rows, n));
    }
  });

  it('goes on after an unsubscribe, from the answer to the next ping on', async () => {
    const viewers = await start({ ghost: { oneIn: 1 } });
    const [leaver] = viewers;
    await blast(20);
    await fence(viewers);
    leaver?.socket.send(JSON.stringify({ event: 'pusher:unsubscribe', data: { channel: channels[0] } }));
    await leaver?.fence();
    await blast(30);
    await fence(viewers);
    expect((await ledger()).faults.ghost.count).toBe(0);
    const pong = new Promise((resolve) => {
      leaver?.socket.on('message', (data) => String(data).includes('pusher:pong') && resolve(undefined));
    });
    leaver?.socket.send('{"event":"pusher:ping","data":{}}');
    await pong;
    await blast(40);
    await fence(viewers);
    const { faults, unfencedGhosts } = await ledger();
    const { rows, count } = faults.ghost;
    expect(count).toBe(40);
    expect(numbersOf(rows, 0)).toEqual(Array.from({ length: 40 }, (_, seq) => seq));
    expect(viewers.map(({ seen }) => seen.length)).toEqual([60, 90, 90, 90]);
    // Nobody has asked whether that was all, until somebody does.
    expect(unfencedGhosts).toBe(40);
    leaver?.socket.send('{"event":"pusher:ping","data":{}}');
    await leaver?.fence();
    expect((await ledger()).unfencedGhosts).toBe(0);
    await blast(10);
    expect(await ledger()).toMatchObject({ unfencedGhosts: 10, faults: { ghost: { count: 50 } } });
  });

  it('closes connections after so many deliveries', async () => {
    server = await startNullServer({ faults: { evict: { oneIn: 3, after: 50, code: 4200 } } });
    const viewers: WsViewer[] = [];
    for (let n = 0; n < 30; n++) viewers.push(await subscriber(channels[0] ?? ''));
    await blast(100);
    await fence(viewers);
    const { faults, deliveries } = await ledger();
    const evicted = faults.evict.rows.map((row) => row[4]);
    expect(evicted.length).toBeGreaterThan(3);
    expect(faults.evict.count).toBe(evicted.length);
    expect(deliveries).toBe(50 * evicted.length + 100 * (30 - evicted.length));
    for (const [n, { seen, code }] of viewers.entries()) {
      expect([seen.length, code]).toEqual(evicted.includes(n) ? [50, 4200] : [100, 0]);
    }
  });

  it('refuses handshakes', async () => {
    server = await startNullServer({ faults: { refuse: { share: 0.5, status: 503 } } });
    let refused = 0;
    for (let n = 0; n < 40; n++) {
      const { socket } = new WsViewer('pusher', `${server.ws}/app/null-key`, run, 'private-a', {});
      await new Promise<void>((resolve) => {
        socket.once('open', () => resolve());
        socket.once('error', ({ message }) => {
          if (message.includes('503')) refused += 1;
          resolve();
        });
      });
    }
    expect(refused).toBeGreaterThan(5);
    expect(await ledger()).toMatchObject({ accepted: 40 - refused, faults: { refuse: { count: refused } } });
  });

  it('lets in with a bad key', async () => {
    server = await startNullServer({ faults: { acceptBad: { oneIn: 2 } } });
    let ready = 0;
    for (let n = 0; n < 20; n++) {
      const { code } = await subscriber(channels[0] ?? '', 'bad');
      if (code === 0) ready += 1;
      else expect(code).toBe(4001);
    }
    expect(ready).toBeGreaterThan(3);
    expect(await ledger()).toMatchObject({ refusedBad: 20 - ready, faults: { acceptBad: { count: ready } } });
  });

  it('does not answer a close', async () => {
    const [viewer] = (await start({ deafToClose: true })) as [WsViewer];
    viewer.socket.close(1000);
    // Whatever is said after the close is heard and answered as if it had not been.
    const raw = (viewer.socket as unknown as { readonly _socket: Socket })._socket;
    const answer = new Promise<Buffer>((resolve) => {
      raw.on('data', (bytes) => resolve(bytes));
    });
    raw.write(Buffer.from([0x89, 0x80, 0, 0, 0, 0]));
    expect([...(await answer)]).toEqual([0x8a, 0]);
    expect(await ledger()).toMatchObject({ connections: 4, faults: { deafToClose: { count: 1 } } });
  });

  it('works for so long on each delivery', async () => {
    await start({ serviceTime: 500 });
    const { startAt, endedAt } = await blast(50);
    // Two publishes of two deliveries each at a time, and half a millisecond for each.
    expect(endedAt - startAt).toBeGreaterThanOrEqual(4 * 50 * 0.5);
  });

  it('does so to the viewers of jobs', async () => {
    server = await startNullServer({ faults: { drop: { oneIn: 5 }, wrongTenant: { oneIn: 7 } } });
    const jobs: string[] = [];
    const viewers: WsViewer[] = [];
    for (let n = 0; n < 4; n++) {
      const answer = await fetch(`${server.http}/api/v1/spaces/null-${n}/jobs`, {
        method: 'POST',
        headers: { 'x-api-key': `null-${n}.producer` },
        body: '{"name":"job"}',
      });
      const { id } = (await answer.json()) as { id: string };
      jobs.push(id);
      const url = `${server.ws}/api/v1/realtime/${id}?token=null-${n}.read`;
      viewers.push(await WsViewer.ready('emit', url, run));
    }
    const request = { surface: 'emit', channels: jobs, rate: 2000, forMs: 200, run };
    await fetch(`${server.http}/blast`, { method: 'POST', body: JSON.stringify(request) });
    await fence(viewers);
    await expectDropsAndLeaks(viewers);
  });

  it('does so to those who ask an endpoint', async () => {
    server = await startNullServer({ faults: { drop: { oneIn: 5 }, wrongTenant: { oneIn: 7 } } });
    const viewers: WsViewer[] = [];
    const headers = { authorization: 'Bearer null-beam' };
    for (let n = 0; n < 4; n++) viewers.push(await WsViewer.ready('beam', server.ws, run, { headers }));
    for (let seq = 0; seq < 100; seq++) {
      for (const [n, { socket }] of viewers.entries()) socket.send(beamInput(run, n, seq, 0));
    }
    await fence(viewers);
    // What leaked to one was written before the last of all was answered, which may be after that one's fence.
    await fence(viewers);
    await expectDropsAndLeaks(viewers);
  });

  it('begins its ledger anew', async () => {
    await start({ drop: { oneIn: 1 } });
    await blast(10);
    expect((await ledger()).faults.drop.count).toBe(40);
    await fetch(`${server.http}/ledger/reset`, { method: 'POST' });
    const none = Object.fromEntries(
      (['drop', 'delay'] satisfies FaultName[]).map((name) => [name, { count: 0, rows: [] }]),
    );
    expect(await ledger()).toMatchObject({ publishes: 0, deliveries: 0, connections: 4, faults: none });
  });
});
