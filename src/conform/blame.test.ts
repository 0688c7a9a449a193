import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import type { AnyScene } from '../suite/scene.ts';
import type { Reporter } from './run-event.ts';
import {
  echoServer,
  fail,
  outcomesOf,
  requirements,
  runPlans,
  runToy,
  suiteOf,
  watching,
} from './run-toy.ts';
import { echoed, planToy, toyPoint, toyScene, toyTarget } from './toy-suite.ts';

const a = toyScene('emit/a');
const b = toyScene('emit/b');

describe('a target that is not there', () => {
  const nowhere = toyTarget({ name: 'nowhere', urls: { ws: 'ws://127.0.0.1:1' } });

  it('is an error in every check, and exit 3', async () => {
    const toy = { ...suiteOf([a], [b]), monitors: [watching], openPoints: [toyPoint('A1')], requirements };
    const result = await runPlans(planToy(toy, [nowhere]));
    expect(result).toMatchObject({ verdict: 'incomplete', exit: 3 });
    expect(new Set(Object.values(outcomesOf(result)))).toEqual(new Set(['error']));
    expect(result.reason).toMatch(/^target unreachable: nowhere: .*ECONNREFUSED/);
  });

  it('is asked nothing', async () => {
    const { events } = await runPlans(planToy({ ...suiteOf([a]), requirements }, [nowhere]));
    expect(events.map(({ event }) => event)).not.toContain('scene-started');
  });

  it('does not keep another from being judged', async () => {
    const server = await echoServer();
    onTestFinished(() => server.close());
    const there = toyTarget({ urls: { ws: server.url } });
    const result = await runPlans(planToy({ ...suiteOf([a]), requirements }, [nowhere, there]));
    expect(result.targets).toMatchObject([
      { target: 'nowhere', verdict: 'incomplete', exit: 3 },
      { target: 'mine', verdict: 'conformant', exit: 0 },
    ]);
    expect(result.exit).toBe(3);
  });

  it('is waited for where that is asked', async () => {
    const server = await echoServer();
    const late = toyTarget({ urls: { ws: server.url } });
    await server.close();
    const opening: Reporter = {
      name: 'opens the door',
      on: ({ event }) => {
        if (event !== 'header') return;
        const second = new WebSocketServer({ port: server.port, host: '127.0.0.1' });
        second.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
        onTestFinished(() => void second.close());
      },
    };
    const plans = planToy({ ...suiteOf([a]), requirements }, [late]);
    expect(await runPlans(plans, { waitMs: 10_000, reporters: [opening] })).toMatchObject({ exit: 0 });
  });
});

describe('a target that dies', () => {
  const killing = (id: string, phase: 'ordinary' | 'hostile'): AnyScene =>
    toyScene(id, { phase }, async (stage) => {
      await echoed(stage);
      stage.recorder.peer('viewer')?.send('die');
      await stage.recorder.next((event) => event.kind === 'closed', { ms: 5000 });
    });

  it('during a hostile scene fails that scene, and the rest is an error', async () => {
    const [first, killer, last] = [
      toyScene('emit/1', { phase: 'hostile' }),
      killing('emit/2', 'hostile'),
      toyScene('emit/3', { phase: 'hostile' }),
    ];
    const result = await runToy(suiteOf([a], [first], [killer], [last]));
    expect(outcomesOf(result)).toEqual({
      'emit/case-of-a': 'passed',
      'emit/case-of-1': 'passed',
      'emit/case-of-2': 'failed',
      'emit/case-of-3': 'error',
    });
    expect(result).toMatchObject({ verdict: 'non-conformant', exit: 1 });
    expect(result.checks[2]?.findings).toMatchObject([
      { rule: 'died', actual: expect.stringContaining('emit/2') },
    ]);
  });

  it('while scenes run side by side is nobody’s failure, and exit 3', async () => {
    const result = await runToy(suiteOf([killing('emit/killer', 'ordinary'), fail], [a]), { jobs: 1 });
    expect(outcomesOf(result)).toEqual({ 'emit/case-of-killer': 'error', 'emit/case-of-a': 'error' });
    expect(result).toMatchObject({ verdict: 'incomplete', exit: 3 });
  });

  it('at the drain, after the last scene, is not the first hostile scene’s doing', async () => {
    const server = await echoServer({ diesOfPings: true });
    const toy = { requirements, ...suiteOf([a], [toyScene('emit/hostile', { phase: 'hostile' })]) };
    const result = await runPlans(planToy(toy, [toyTarget({ urls: { ws: server.url } })]));
    expect(outcomesOf(result)).toEqual({ 'emit/case-of-a': 'passed', 'emit/case-of-hostile': 'error' });
    expect(result.exit).toBe(3);
  });

  it('takes nothing from what was found before', async () => {
    const result = await runToy(suiteOf([a, fail], [killing('emit/killer', 'ordinary')]), { jobs: 1 });
    expect(outcomesOf(result)).toEqual({ 'emit/case-of-a': 'failed', 'emit/case-of-killer': 'error' });
    expect(result.exit).toBe(1);
  });
});
