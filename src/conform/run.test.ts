import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { type Case, judge } from '../suite/case.ts';
import { failed, type Judgement, passed } from '../suite/judgement.ts';
import { monitor } from '../suite/monitor.ts';
import { type AnyScene, SceneStopped, type Stage } from '../suite/scene.ts';
import type { View } from '../suite/view.ts';
import type { EmitTarget } from '../target/target.ts';
import type { RunOptions } from './run.ts';
import type { Reporter, RunEvent } from './run-event.ts';
import { echoServer, runPlans } from './run-toy.ts';
import { echoed, planToy, type Toy, toyPoint, toyRequirement, toyScene, toyTarget } from './toy-suite.ts';

const requirements = [toyRequirement('E1'), toyRequirement('E1i', { level: 'SHOULD' })];
const finding = { rule: 'wrong', expected: 'right', actual: 'wrong' };
const pass = (): Judgement => passed(['viewer']);
const fail = (): Judgement => failed(finding);

/** A case of the same name as its scene. */
const caseOf = (scene: AnyScene, judgeOne: (view: View) => Judgement = pass, requirement = 'E1'): Case =>
  judge(scene, scene.id.replace('/', '/case-of-'), scene.id, { [requirement]: judgeOne });

/** Every frame was judged; the monitor fails nothing. */
const watching = monitor({
  id: 'emit/always/watching',
  title: 'watching',
  surface: 'emit',
  per: 'run',
  checks: ['E1'],
  start: () => ({}),
  step: (_, event, report) => event.kind === 'frame' && report.saw('E1', event),
});

async function target(more: Partial<EmitTarget> = {}) {
  const server = await echoServer();
  onTestFinished(() => server.close());
  return { server, target: toyTarget({ urls: { ws: server.url }, ...more }) };
}

/** Runs a toy on a server of its own. */
async function runToy(toy: Toy, options: Partial<RunOptions> = {}, more: Partial<EmitTarget> = {}) {
  const { server, target: one } = await target(more);
  return { server, ...(await runPlans(planToy({ requirements, ...toy }, [one]), options)) };
}

/** Scenes with a case each. */
const suiteOf = (...rows: readonly (readonly [AnyScene, ((view: View) => Judgement)?, string?])[]): Toy => ({
  scenes: rows.map(([scene]) => scene),
  cases: rows.map(([scene, judgeOne, requirement]) => caseOf(scene, judgeOne, requirement)),
});

const outcomesOf = ({
  checks,
}: {
  readonly checks: readonly { readonly case: string; readonly outcome: string }[];
}) => Object.fromEntries(checks.map((check) => [check.case, check.outcome]));
const footerOf = ({ events }: { readonly events: readonly RunEvent[] }) => events.at(-1);

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
    expect(footerOf(await runToy(suiteOf([a])))).toEqual({ event: 'footer', complete: true, cases: 1 });
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
    const { target: there } = await target();
    const result = await runPlans(planToy({ ...suiteOf([a]), requirements }, [nowhere, there]));
    expect(result.targets).toMatchObject([
      { target: 'nowhere', verdict: 'incomplete', exit: 3 },
      { target: 'mine', verdict: 'conformant', exit: 0 },
    ]);
    expect(result.exit).toBe(3);
  });

  it('is waited for where that is asked', async () => {
    const { server, target: late } = await target();
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

describe('--bail', () => {
  const rows = [[a, fail], [b]] as const;

  it('stops at the first failure that gates', async () => {
    const result = await runToy(suiteOf(...rows), { bail: true, jobs: 1 });
    expect(outcomesOf(result)).toEqual({ 'emit/case-of-a': 'failed', 'emit/case-of-b': 'not-run' });
    expect(result).toMatchObject({ verdict: 'non-conformant', exit: 1, scope: 'partial' });
    expect(footerOf(result)).toMatchObject({ complete: false });
  });

  it('does not stop at a failure that does not gate', async () => {
    const result = await runToy(suiteOf([a, fail, 'E1i'], [b]), { bail: true, jobs: 1 });
    expect(outcomesOf(result)).toEqual({ 'emit/case-of-a': 'failed', 'emit/case-of-b': 'passed' });
    expect(result.exit).toBe(0);
  });

  it('stops at a SHOULD where SHOULD gates', async () => {
    const result = await runToy(suiteOf([a, fail, 'E1i'], [b]), { bail: true, jobs: 1, level: 'should' });
    expect(outcomesOf(result)).toMatchObject({ 'emit/case-of-b': 'not-run' });
  });
});

describe('Ctrl-C', () => {
  /** A scene that is still at it when the run is stopped. */
  const stopping = (stop: AbortController): AnyScene =>
    toyScene('emit/stopping', {}, async (stage) => {
      await echoed(stage);
      stop.abort();
      await stage.recorder.next(() => false, { ms: 60_000, signal: stage.signal });
    });

  it('leaves what was not finished not run, and the run incomplete', async () => {
    const stop = new AbortController();
    const rows = suiteOf([a], [stopping(stop)], [b]);
    const result = await runToy({ ...rows, monitors: [watching] }, { jobs: 1, signal: stop.signal });
    expect(outcomesOf(result)).toEqual({
      'emit/case-of-a': 'passed',
      'emit/case-of-stopping': 'not-run',
      'emit/case-of-b': 'not-run',
      'emit/always/watching': 'not-run',
    });
    expect(result).toMatchObject({ verdict: 'incomplete', exit: 3, scope: 'partial', reason: 'interrupted' });
    expect(footerOf(result)).toMatchObject({ complete: false });
  });

  it('takes nothing from what had failed before', async () => {
    const stop = new AbortController();
    const result = await runToy(suiteOf([a, fail], [stopping(stop)]), { jobs: 1, signal: stop.signal });
    expect(result).toMatchObject({ verdict: 'non-conformant', exit: 1 });
  });

  it('before the run began leaves everything not run', async () => {
    const result = await runToy(suiteOf([a], [b]), { signal: AbortSignal.abort() });
    expect(new Set(Object.values(outcomesOf(result)))).toEqual(new Set(['not-run']));
    expect(result).toMatchObject({ exit: 3 });
  });

  it('in the second of two rounds makes nothing flaky', async () => {
    const stop = new AbortController();
    let round = 0;
    const twice = toyScene('emit/twice', {}, async (stage) => {
      await echoed(stage);
      round += 1;
      if (round === 2) await (stopping(stop).act as (stage: Stage) => Promise<void>)(stage);
    });
    const result = await runToy(suiteOf([twice]), { repeat: 2, signal: stop.signal });
    expect(result).toMatchObject({ exit: 3, reason: 'interrupted' });
  });
});

describe('--repeat', () => {
  /** A scene whose nth round is seen in the recording. */
  const counted = (): AnyScene => {
    let round = 0;
    return toyScene('emit/counted', {}, async (stage) => {
      await echoed(stage);
      round += 1;
      const value = round;
      stage.recorder.transcript.record({ kind: 'fact', peer: 'harness', name: 'round', value });
    });
  };
  const roundOf = (view: View): number => {
    const fact = view.of('harness').find((event) => event.kind === 'fact');
    return fact?.kind === 'fact' ? Number(fact.value) : 0;
  };

  it('finds a check that comes out differently flaky, by its worst outcome', async () => {
    const judgeOne = (view: View): Judgement => (roundOf(view) === 2 ? fail() : pass());
    const result = await runToy(suiteOf([counted(), judgeOne]), { repeat: 3 });
    expect(result.checks).toMatchObject([
      { outcome: 'failed', flaky: true, reason: 'flaky: passed 2, failed 1 of 3' },
    ]);
    expect(result).toMatchObject({ verdict: 'non-conformant', exit: 1 });
  });

  it('shows the wire of the round that failed', async () => {
    const judgeOne = (view: View): Judgement => {
      const frame = view.of('harness').at(-1)?.seq ?? 0;
      return roundOf(view) === 1 ? failed({ ...finding, frame }) : pass();
    };
    const { cases } = await runToy(suiteOf([counted(), judgeOne]), { repeat: 2 });
    expect(cases[0]?.transcript.join()).toContain('round: 1');
  });

  it.each([
    ['passes', pass, 'passed', 0],
    ['fails', fail, 'failed', 1],
  ] as const)('finds nothing flaky that always %s', async (_, judgeOne, outcome, exit) => {
    const result = await runToy(suiteOf([counted(), judgeOne]), { repeat: 2 });
    expect(result.checks).toMatchObject([{ outcome }]);
    expect(result.checks[0]).not.toHaveProperty('flaky');
    expect(result.exit).toBe(exit);
  });

  it('does not blame the target for a round that broke for a reason of ours', async () => {
    const judgeOne = (view: View): Judgement => {
      if (roundOf(view) === 2) throw new Error('out of memory');
      return pass();
    };
    const result = await runToy(suiteOf([counted(), judgeOne]), { repeat: 2 });
    expect(result.checks[0]).not.toHaveProperty('flaky');
    expect(result).toMatchObject({ verdict: 'incomplete', exit: 3 });
  });
});
