import { describe, expect, it } from 'vitest';
import { judge } from '../suite/case.ts';
import { failed, type Judgement, passed, untestable } from '../suite/judgement.ts';
import type { Ending } from '../suite/recording.ts';
import type { View } from '../suite/view.ts';
import { on, type Written, written } from '../suite/written-recording.ts';
import type { CheckResult } from './check-result.ts';
import { judgeScene } from './judge.ts';
import { results, scene } from './judge-toy.ts';
import { planToy, toyRequirement, toyTarget } from './toy-suite.ts';

const { frame, opened } = on('viewer');
const proof = frame('a-nonce');
const finding = { rule: 'wrong', expected: 'right', actual: 'wrong' };

/** The result of one case with one check. */
function result(
  judgeOne: (view: View) => Judgement,
  recording?: Written,
  more: Parameters<typeof results>[2] = {},
): CheckResult | undefined {
  return results({ cases: [judge(scene, 'emit/x', 'x', { E1: judgeOne })] }, recording, more).results[0];
}

const pass = (): Judgement => passed(['viewer']);
const fail = (): Judgement => failed(finding);

describe('a pass', () => {
  it('stands where every connection that it rests on is proven', () => {
    expect(result(pass, { events: [opened, proof] })).toMatchObject({ outcome: 'passed' });
  });

  it('is none without proof of life', () => {
    expect(result(pass, { events: [opened, frame('{}')] })).toMatchObject({
      outcome: 'untestable',
      reason: expect.stringContaining('no proof of life'),
    });
  });

  it('is none where one of several connections is not proven', () => {
    const both = (): Judgement => passed(['viewer', 'other']);
    expect(result(both, { events: [proof, on('other').opened] })).toMatchObject({
      outcome: 'untestable',
      reason: expect.stringContaining('nothing proves that other is'),
    });
  });

  it('is none where it rests on no connection', () => {
    expect(result(() => passed([]), { events: [proof] })).toMatchObject({
      outcome: 'untestable',
      reason: 'no proof of life: it rests on no connection',
    });
  });

  it('is none where its one connection is not proven, and says which', () => {
    expect(result(pass, { events: [opened] })).toMatchObject({
      reason: "no proof of life: nothing proves that viewer is the target's own doing",
    });
  });

  it('keeps its note as an observation', () => {
    const noted = (): Judgement => passed(['viewer'], { note: 'fence: a protocol answer' });
    expect(result(noted, { events: [proof] })).toMatchObject({ note: 'fence: a protocol answer' });
  });
});

describe('a failure', () => {
  it('stands with its findings, which point into the recording of the scene', () => {
    expect(result(fail, { events: [proof] })).toMatchObject({
      outcome: 'failed',
      findings: [{ ...finding, scene: 'emit/a' }],
    });
  });

  it('needs no proof of life', () => {
    expect(result(fail, {})).toMatchObject({ outcome: 'failed' });
  });
});

describe('what could not be told', () => {
  it('is untestable, for the reason that the judge gives', () => {
    expect(result(() => untestable('its twin was refused'), {})).toMatchObject({
      outcome: 'untestable',
      reason: 'its twin was refused',
    });
  });

  it('is excluded where the target file says why', () => {
    const target = toyTarget({ excludes: [{ requirement: 'E1', reason: 'no keys yet' }] });
    expect(result(() => untestable('no key'), {}, { target })).toMatchObject({
      outcome: 'excluded',
      reason: 'no keys yet (no key)',
    });
  });

  it('is what excludes hide, and never a failure', () => {
    const target = toyTarget({ excludes: [{ requirement: 'E1', reason: 'no keys yet' }] });
    expect(result(fail, {}, { target })).toMatchObject({ outcome: 'failed' });
  });

  it('does not apply where the judge says so', () => {
    expect(result(() => ({ kind: 'not-applicable', reason: 'no TLS' }), {})).toMatchObject({
      outcome: 'not-applicable',
    });
  });
});

describe('a missing step', () => {
  const readsEnd = (view: View): Judgement => passed([view.step('end').name]);
  const missed = (owns?: string): Written => ({
    steps: [
      { name: 'end', outcome: 'miss', reason: 'no completed event', from: 3, ...(owns ? { owns } : {}) },
    ],
  });

  it('fails the check whose requirement owns it', () => {
    expect(result(readsEnd, missed('E1'))).toMatchObject({
      outcome: 'failed',
      findings: [
        { rule: 'missing', expected: 'A server does as E1 says.', actual: 'no completed event', frame: 3 },
      ],
    });
  });

  it('fails the check of any member of the owner’s group', () => {
    const group = ['E1', 'M1'];
    const toy = {
      requirements: [toyRequirement('E1', { group })],
      cases: [judge(scene, 'emit/x', 'x', { E1: readsEnd })],
    };
    expect(results(toy, missed('M1')).results).toMatchObject([{ outcome: 'failed' }]);
  });

  it.each([
    ['another requirement owns', missed('E9')],
    ['nobody owns', missed()],
  ])('that %s makes a check untestable, by the name of the step', (_, recording) => {
    expect(result(readsEnd, recording)).toMatchObject({
      outcome: 'untestable',
      reason: 'step end: no completed event',
    });
  });

  it('that the scene never came to makes a check untestable', () => {
    const ending = { kind: 'stopped', reason: 'the job was not made' } as const;
    expect(result(readsEnd, { ending })).toMatchObject({
      outcome: 'untestable',
      reason: 'step end: not reached: the job was not made',
    });
  });
});

describe('what is no fault of the target is an error', () => {
  it('a judge that throws', () => {
    const broken = (): Judgement => {
      throw new TypeError('undefined is not a function');
    };
    expect(result(broken, { events: [proof] })).toMatchObject({
      outcome: 'error',
      reason: 'the judge broke: undefined is not a function',
    });
  });

  it('a scene that threw, for what had passed until then', () => {
    const ending = { kind: 'threw', reason: 'out of memory' } as const;
    expect(result(pass, { ending, events: [proof] })).toMatchObject({
      outcome: 'error',
      reason: 'out of memory',
    });
  });

  it('but a scene that threw keeps what it has: what it has may fail', () => {
    const ending = { kind: 'threw', reason: 'out of memory' } as const;
    expect(result(fail, { ending })).toMatchObject({ outcome: 'failed' });
  });

  it('a target that could not be reached', () => {
    const circumstances = { interrupted: false, unreachable: 'connect ECONNREFUSED' };
    expect(result(pass, undefined, { circumstances })).toMatchObject({
      outcome: 'error',
      reason: 'target unreachable: connect ECONNREFUSED',
    });
  });

  it('a scene that was never performed, though nobody stopped the run', () => {
    expect(result(pass)).toMatchObject({ outcome: 'error', reason: 'its scene was never performed' });
  });
});

it('does not judge what does not apply, whatever was recorded', () => {
  const toy = {
    requirements: [toyRequirement('E1', { applies: { dialects: ['another'] } })],
    cases: [judge(scene, 'emit/x', 'x', { E1: fail })],
  };
  expect(results(toy, { events: [proof] }).results).toMatchObject([{ outcome: 'not-applicable' }]);
});

describe('in an interrupted run', () => {
  const circumstances = { interrupted: true };

  it.each<readonly [string, Written | undefined]>([
    ['that never began', undefined],
    ['that was broken off', { ending: { kind: 'interrupted' } }],
  ])('the checks of a scene %s are not run', (_, recording) => {
    expect(result(pass, recording, { circumstances })).toMatchObject({
      outcome: 'not-run',
      reason: 'the run was interrupted',
    });
  });

  it('the checks of a scene that had ended stand', () => {
    expect(result(pass, { events: [proof] }, { circumstances })).toMatchObject({ outcome: 'passed' });
  });
});

describe('when the target dies', () => {
  const ending = (alone: boolean): Ending => ({
    kind: 'died',
    alone,
    reason: 'the target died: ECONNREFUSED',
  });

  it('during a scene that ran alone, that scene failed', () => {
    expect(result(pass, { ending: ending(true), events: [proof] })).toMatchObject({
      outcome: 'failed',
      findings: [{ rule: 'died', actual: 'the target died: ECONNREFUSED', scene: 'emit/a' }],
    });
  });

  it('during one of many scenes, it is an error: nobody knows whose doing it was', () => {
    expect(result(fail, { ending: ending(false) })).toMatchObject({
      outcome: 'error',
      reason: 'the target died: ECONNREFUSED',
    });
  });
});

it('judges again what it judged before: the same recordings, the same results', () => {
  const cases = [judge(scene, 'emit/x', 'x', { E1: pass }), judge(scene, 'emit/y', 'y', { E1: fail })];
  const [first, second] = [1, 2].map(() => results({ cases }, { events: [proof] }));
  expect(first).toEqual(second);
});

it('judges the cases of one scene by that scene alone', () => {
  const cases = [judge(scene, 'emit/x', 'x', { E1: fail })];
  const [plan] = planToy({ requirements: [toyRequirement('E1')], scenes: [scene], cases });
  const recording = written({ scene: scene.id });
  expect(plan && judgeScene(plan, recording)).toMatchObject([{ case: 'emit/x', outcome: 'failed' }]);
  expect(plan && judgeScene(plan, { ...recording, scene: 'emit/another' })).toEqual([]);
});
