import { describe, expect, it } from 'vitest';
import { judge } from '../suite/case.ts';
import { failed, type Judgement, passed, type Reading } from '../suite/judgement.ts';
import { monitor } from '../suite/monitor.ts';
import { on } from '../suite/written-recording.ts';
import type { Target } from '../target/target.ts';
import type { Circumstances } from './judge.ts';
import { calm, results, scene } from './judge-toy.ts';
import { toyPoint, toyTarget } from './toy-suite.ts';

const { frame } = on('viewer');
const proof = frame('a-nonce');
const finding = { rule: 'wrong', expected: 'right', actual: 'wrong' };

describe('an open point', () => {
  /** How a point is resolved by the readings of passed cases. */
  const resolved = (
    values: readonly string[],
    {
      mixed = false,
      pinned,
      readBy = 'E1',
      outcome = 'passed' as 'passed' | 'failed',
      circumstances = calm,
      excludes = [],
    }: {
      readonly mixed?: boolean;
      readonly pinned?: string;
      readonly readBy?: string;
      readonly outcome?: 'passed' | 'failed';
      readonly circumstances?: Circumstances;
      readonly excludes?: Target['excludes'];
    } = {},
  ) => {
    const cases = values.map((value, at) =>
      judge(scene, `emit/${at}`, 'x', {
        [readBy]: (): Judgement => {
          const readings: Reading[] = [{ point: 'A1', value, frame: at }];
          return outcome === 'passed' ? passed(['viewer'], { readings }) : failed(finding);
        },
      }),
    );
    const target = toyTarget({ excludes, ...(pinned === undefined ? {} : { pins: { A1: pinned } }) });
    const toy = { cases, openPoints: [toyPoint('A1', { mixed })] };
    const judged = results(toy, { events: [proof] }, { target, circumstances });
    return { check: judged.results.at(-1), point: judged.points[0] };
  };

  it('is ambiguous where one reading was seen throughout, and says which and by which source', () => {
    expect(resolved(['two', 'two']).check).toMatchObject({
      outcome: 'ambiguous',
      level: 'SHOULD',
      reason: 'what A1 is about: two (document two)',
    });
  });

  it('passes where it is the one that is pinned', () => {
    expect(resolved(['two'], { pinned: 'two' }).check).toMatchObject({ outcome: 'passed', level: 'MUST' });
  });

  it('fails where it is another than the one that is pinned, and shows the frame', () => {
    expect(resolved(['two', 'one'], { pinned: 'two' }).check).toMatchObject({
      outcome: 'failed',
      findings: [
        { rule: 'another-reading', expected: 'two, as pinned', actual: 'one', frame: 1, scene: 'emit/a' },
      ],
    });
  });

  it('fails where two were seen: the server is of two minds', () => {
    expect(resolved(['one', 'two']).check).toMatchObject({
      outcome: 'failed',
      findings: [{ rule: 'two-readings', actual: 'one and two', frame: 1 }],
    });
  });

  it('fails with the first reading that is another, where there are more', () => {
    expect(resolved(['one', 'two', 'two']).check).toMatchObject({ findings: [{ frame: 1 }] });
    expect(resolved(['one', 'one', 'two'], { pinned: 'two' }).check).toMatchObject({
      findings: [{ actual: 'one', frame: 0 }],
    });
  });

  it('does not apply where the server offers nothing of it, and is then not reported as resolved', () => {
    const toy = { cases: [], openPoints: [toyPoint('A1', { offers: ['spaces'] })] };
    const judged = results(toy, { events: [proof] });
    expect(judged.results).toMatchObject([{ outcome: 'not-applicable' }]);
    expect(judged.points).toEqual([]);
  });

  it('is an error of a target that could not be reached, and is then not reported as resolved', () => {
    const { check, point } = resolved(['one'], {
      circumstances: { interrupted: false, unreachable: 'connect ECONNREFUSED' },
    });
    expect(check).toMatchObject({ outcome: 'error', reason: 'target unreachable: connect ECONNREFUSED' });
    expect(point).toBeUndefined();
  });

  it('stands where one reading was seen of a target that died afterwards', () => {
    const circumstances = { interrupted: false, died: 'the target died' };
    expect(resolved(['one', 'one'], { circumstances }).check).toMatchObject({ outcome: 'ambiguous' });
  });

  it('is an error where two were seen of a target that died: its end is no answer of its', () => {
    const circumstances = { interrupted: false, died: 'the target died' };
    expect(resolved(['one', 'two'], { circumstances }).check).toMatchObject({
      outcome: 'error',
      reason: 'the target died',
    });
  });

  it('is ambiguous where two were seen of a point whose readings depend on circumstances', () => {
    expect(resolved(['one', 'two'], { mixed: true }).check).toMatchObject({
      outcome: 'ambiguous',
      reason: expect.stringContaining('one and two'),
    });
  });

  it('is untestable where no answer was seen', () => {
    expect(resolved([]).check).toMatchObject({ outcome: 'untestable', reason: 'no answer to it was seen' });
  });

  it('is excluded where no answer was seen and the target file says why', () => {
    const excludes = [{ requirement: 'A1', reason: 'it has a third way' }];
    expect(resolved([], { excludes }).check).toMatchObject({
      outcome: 'excluded',
      reason: 'it has a third way (no answer to it was seen)',
    });
    expect(resolved(['one'], { excludes }).check).toMatchObject({ outcome: 'ambiguous' });
  });

  it('learns nothing from what is no listed reading: that is another check’s failure', () => {
    expect(resolved(['three']).check).toMatchObject({ outcome: 'untestable' });
  });

  it('learns nothing from checks that failed', () => {
    expect(resolved(['one'], { outcome: 'failed' }).check).toMatchObject({ outcome: 'untestable' });
  });

  it('learns from what is only observed, too', () => {
    expect(resolved(['one'], { readBy: 'E2' }).check).toMatchObject({ outcome: 'ambiguous' });
  });

  it.each([
    ['learns from what a monitor saw on a proven connection', 'a-nonce', 'ambiguous'],
    ['learns nothing from what a monitor saw where nothing is proven', '{}', 'untestable'],
  ])('%s', (_, text, outcome) => {
    const reading = monitor({
      id: 'emit/always/reading',
      title: 'reading',
      surface: 'emit',
      per: 'run',
      checks: [],
      start: () => ({}),
      step: (__, event, report) => report.reads('A1', 'one', event),
    });
    const toy = { monitors: [reading], openPoints: [toyPoint('A1')] };
    expect(results(toy, { events: [frame(text)] }).results).toMatchObject([{ outcome }]);
  });

  it('is reported as it was resolved, with every reading and its source', () => {
    expect(resolved(['two'], { pinned: 'two' }).point).toEqual({
      id: 'A1',
      target: 'mine',
      about: 'what A1 is about',
      resolved: ['two'],
      pinned: 'two',
      sources: ['one: document one', 'two: document two'],
    });
  });
});
