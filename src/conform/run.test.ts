import { describe, expect, it } from 'vitest';
import { failed, type Judgement, passed } from '../suite/judgement.ts';
import { SceneStopped, type Stage } from '../suite/scene.ts';
import type { View } from '../suite/view.ts';
import { fail, finding, outcomesOf, runToy, suiteOf, watching } from './run-toy.ts';
import { echoed, toyScene } from './toy-suite.ts';

const a = toyScene('emit/a');
const b = toyScene('emit/b');

describe('a run', () => {
  it('of a target that does as it is told is conformant', async () => {
    const result = await runToy({ ...suiteOf([a], [b]), monitors: [watching] });
    expect(result).toMatchObject({ verdict: 'conformant', exit: 0 });
    expect(Object.values(outcomesOf(result))).toEqual(['passed', 'passed', 'passed']);
  });

  it('tells of the header first, of each scene and case once, and of verdict and footer last', async () => {
    const { events } = await runToy(suiteOf([a], [b, fail]), { jobs: 1 });
    expect(events.map(({ event }) => event)).toEqual([
      'header',
      'scene-started',
      'scene-ended',
      'scene-started',
      'scene-ended',
      'finding',
      'case',
      'case',
      'verdict',
      'footer',
    ]);
  });

  it('is complete', async () => {
    expect((await runToy(suiteOf([a]))).events.at(-1)).toEqual({ event: 'footer', complete: true, cases: 1 });
  });

  it('never performs more scenes at a time than it may', async () => {
    let busy = 0;
    let most = 0;
    const counted = async (stage: Stage): Promise<void> => {
      busy += 1;
      most = Math.max(most, busy);
      await echoed(stage);
      busy -= 1;
    };
    const scenes = [1, 2, 3, 4, 5].map((n) => toyScene(`emit/${n}`, {}, counted));
    await runToy(suiteOf(...scenes.map((scene) => [scene] as const)), { jobs: 2 });
    expect(most).toBe(2);
  });

  it('keeps within the connections that a target allows, by draining the oldest early', async () => {
    const scenes = [1, 2, 3, 4, 5].map((n) => toyScene(`emit/${n}`, { cost: { connections: 1 } }));
    const toy = suiteOf(...scenes.map((scene) => [scene] as const));
    const { server, exit } = await runToy(toy, {}, { limits: { connections: 2 } });
    expect([exit, server.most()]).toEqual([0, 2]);
  });

  it('performs hostile scenes alone, after the others', async () => {
    const order: string[] = [];
    const noting = (name: string) => async (stage: Stage) => {
      order.push(`${name} begins`);
      await echoed(stage);
      order.push(`${name} ends`);
    };
    const hostile = { phase: 'hostile' as const };
    const rows = ['x', 'y'].map((id) => [toyScene(`emit/${id}`, hostile, noting(id))] as const);
    await runToy(suiteOf(...rows, [toyScene('emit/ordinary', {}, noting('ordinary'))]));
    expect(order.map((line) => line.split(' ')[0])).toEqual(['ordinary', 'ordinary', 'x', 'x', 'y', 'y']);
  });

  it('draws again what it drew before, by its seed', async () => {
    const draws: number[] = [];
    const drawing = toyScene('emit/draw', {}, async (stage) => void draws.push(stage.random()));
    for (const seed of [1, 1, 2]) await runToy(suiteOf([drawing]), { seed });
    expect(draws[0]).toBe(draws[1]);
    expect(draws[0]).not.toBe(draws[2]);
  });

  it('shares misses among the scenes of a target', async () => {
    const known: (string | undefined)[] = [];
    const rows = [1, 2, 3, 4].map((n) => {
      const scene = toyScene(`emit/${n}`, {}, async ({ misses }) => {
        known.push(misses.known('a frame'));
        misses.add('a frame', `miss ${n}`);
      });
      return [scene] as const;
    });
    await runToy(suiteOf(...rows), { jobs: 1 });
    expect(known).toEqual([undefined, undefined, undefined, 'miss 1']);
  });
});

describe('a scene', () => {
  const broken = toyScene('emit/broken', {}, async (stage) => {
    await echoed(stage);
    throw new Error('out of memory');
  });

  it('that throws is an error, and the others go on', async () => {
    const result = await runToy(suiteOf([broken], [a]));
    expect(outcomesOf(result)).toEqual({ 'emit/case-of-broken': 'error', 'emit/case-of-a': 'passed' });
    expect(result.exit).toBe(3);
  });

  it('that throws keeps what it has, and what it has may fail', async () => {
    const seen = (view: View): Judgement =>
      failed({ ...finding, actual: view.frames('viewer')[0]?.text ?? '' });
    const { checks, exit } = await runToy(suiteOf([broken, seen]));
    expect(exit).toBe(1);
    expect(checks[0]?.findings[0]?.actual).toMatch(/^pl/);
  });

  it('that is stopped leaves untestable what it did not come to', async () => {
    const stopped = toyScene('emit/stopped', {}, async () => {
      throw new SceneStopped('the job was not made');
    });
    const readsEnd = (view: View): Judgement => passed([view.step('end').name]);
    const { checks, exit } = await runToy(suiteOf([stopped, readsEnd]));
    expect(exit).toBe(4);
    expect(checks[0]).toMatchObject({ reason: 'step end: not reached: the job was not made' });
  });

  it('that never ends is ended, and the others go on', async () => {
    const endless = toyScene('emit/endless', {}, () => new Promise(() => {}));
    const brief = toyScene('emit/brief', {}, async () => {});
    const readsEnd = (view: View): Judgement => passed([view.step('end').name]);
    const deadlines = { connectMs: 50_000, answerMs: 50 };
    const result = await runToy(suiteOf([endless, readsEnd], [brief, fail]), {}, { deadlines });
    expect(outcomesOf(result)).toEqual({
      'emit/case-of-endless': 'untestable',
      'emit/case-of-brief': 'failed',
    });
    expect(result.checks[0]?.reason).toContain('the scene did not end within 200 ms');
  });

  it('that waits for a space while others act is not the slower for it', async () => {
    const deadlines = { connectMs: 50_000, answerMs: 50 };
    const leasing = toyScene('emit/leasing', {}, async (stage) => {
      await stage.lease((free) => (free('space') ? ['space'] : undefined));
      await stage.recorder.next(() => false, { ms: 150 });
      stage.recorder.step({ name: 'end', verb: 'end', outcome: 'ok', from: 0 });
    });
    const scenes = ['emit/1', 'emit/2', 'emit/3'].map((id) => ({ ...leasing, id }));
    const ended = (view: View): Judgement => failed({ ...finding, actual: view.step('end').outcome });
    const result = await runToy(suiteOf(...scenes.map((one) => [one, ended] as const)), {}, { deadlines });
    expect(Object.values(outcomesOf(result))).toEqual(['failed', 'failed', 'failed']);
  });

  it('whose space is retired meanwhile is an error by name, and does not hang', async () => {
    let began: () => void = () => {};
    const waiting = new Promise<void>((resolve) => {
      began = resolve;
    });
    const only = (free: (name: string) => boolean) => (free('space') ? ['space'] : undefined);
    const first = toyScene('emit/first', {}, async (stage) => {
      const { retire } = await stage.lease(only);
      await waiting;
      retire('space', 'a job of somebody else');
      await echoed(stage);
    });
    const second = toyScene('emit/second', {}, async (stage) => {
      const leased = stage.lease(only);
      began();
      await leased;
    });
    const { checks } = await runToy(suiteOf([first], [second]));
    expect(checks.map(({ outcome }) => outcome)).toEqual(['passed', 'error']);
    expect(checks[1]?.reason).toBe('nothing left to lease: space: a job of somebody else');
  });
});
