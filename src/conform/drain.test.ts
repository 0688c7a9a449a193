import { createServer } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { Recorder } from '../suite/recorder.ts';
import type { Recording, Step } from '../suite/recording.ts';
import { on, written } from '../suite/written-recording.ts';
import { onAPort } from '../wire/on-a-port.ts';
import { drain, drainMs } from './drain.ts';

/** A recording in which deliveries took so many milliseconds: written events are a millisecond apart. */
function delivered(...ms: readonly number[]): Recording {
  const { frame, pong } = on('viewer');
  const events = ms.flatMap((took) => [...Array.from({ length: took }, () => pong), frame('{}')]);
  const ends = ms.map((_, at) => ms.slice(0, at + 1).reduce((sum, took) => sum + took + 1, -1));
  const steps = ends.map((end, at): Pick<Step, 'name'> & Partial<Step> => ({
    name: `await ${at}`,
    from: end - (ms[at] ?? 0),
    events: [end],
  }));
  return written({ events, steps });
}

describe('the drain lasts', () => {
  it('20 times the median delivery', () => {
    expect(drainMs([delivered(10, 20, 400)], 1)).toBe(20 * 20);
  });

  it('by the deliveries of the whole run', () => {
    expect(drainMs([delivered(10), delivered(20, 30)], 1)).toBe(20 * 20);
  });

  it.each([
    ['200 ms at least', [1], 200],
    ['5 s at most', [1000], 5000],
    ['200 ms where nothing was delivered', [], 200],
  ])('%s', (_, deliveries, ms) => {
    expect(drainMs([delivered(...deliveries)], 1)).toBe(ms);
  });

  it('as long as the multiplier says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(600), { maxLength: 5 }),
        fc.integer({ min: 1, max: 10 }),
        (ms, multiplier) => {
          const recordings = [delivered(...ms)];
          expect(drainMs(recordings, multiplier)).toBe(drainMs(recordings, 1) * multiplier);
        },
      ),
    );
  });

  it('whatever was missed: a step that never came is no delivery', () => {
    const steps = [{ name: 'end', outcome: 'miss', from: 0, events: [1] }] as const;
    const { pong, frame } = on('viewer');
    expect(drainMs([written({ events: [pong, frame('{}')], steps })], 1)).toBe(200);
  });
});

describe('at the drain', () => {
  /** A recorder with a connection to a server that does something with it. */
  async function connected(greet: (server: WebSocketServer) => void = () => {}) {
    const server = createServer();
    greet(new WebSocketServer({ server }));
    const { port, close } = await onAPort(server);
    onTestFinished(close);
    const recorder = new Recorder('a-scene', 'a-target', 0);
    const url = `ws://127.0.0.1:${port}/`;
    const peer = await recorder.dial({ name: 'viewer', url, connectMs: 5000, answerMs: 5000 }, {});
    return { recorder, peer };
  }

  it('every open connection is pinged, and closed politely', async () => {
    const { recorder, peer } = await connected();
    await drain([recorder], 0);
    expect(recorder.recording.events.map(({ kind }) => kind)).toContain('ping');
    expect(peer.closed).toMatchObject({ by: 'us', code: 1000 });
  });

  it('what comes late is still recorded', async () => {
    const { recorder } = await connected((server) =>
      server.on('connection', (socket) => socket.on('ping', () => socket.send('"a ghost"'))),
    );
    await drain([recorder], 50);
    expect(recorder.recording.events).toContainEqual(expect.objectContaining({ text: '"a ghost"' }));
  });

  it('a server that ignores the close does not hold it up', async () => {
    const { recorder, peer } = await connected((server) =>
      server.on('connection', (socket) => socket.pause()),
    );
    await drain([recorder], 0);
    expect(peer.closed).toMatchObject({ by: 'us' });
  });

  it('a connection that is closed already is left alone', async () => {
    const { recorder, peer } = await connected();
    await peer.close();
    const before = recorder.position;
    await drain([recorder], 0);
    expect(recorder.position).toBe(before);
  });
});
