import { expect, it } from 'vitest';
import { judge } from '../suite/case.ts';
import { passed } from '../suite/judgement.ts';
import { monitor } from '../suite/monitor.ts';
import { on, written } from '../suite/written-recording.ts';
import { judgeTarget } from './judge.ts';
import { calm } from './judge-toy.ts';
import { planToy, type Toy, toyPoint, toyRequirement, toyScene, toyTarget } from './toy-suite.ts';

const { frame } = on('viewer');
const proof = frame('a-nonce');
const bad = frame('bad');
const plain = toyScene('emit/plain');
const echo = toyScene('emit/echo', { needs: ['echo'] });
const requirements = [toyRequirement('E1'), toyRequirement('E2', { applies: { offers: ['echo'] } })];

/** Finds both requirements broken by each bad frame. */
const watching = monitor({
  id: 'emit/always/m',
  title: 'm',
  surface: 'emit',
  per: 'run',
  checks: ['E1', 'E2'],
  start: () => ({}),
  step(_, event, report) {
    for (const id of ['E1', 'E2']) {
      report.saw(id, event);
      if (event.kind === 'frame' && event.text === 'bad')
        report.find(id, { rule: 'wrong', expected: 'right', actual: 'bad' }, event);
    }
  },
});

/** What becomes of a target that does not claim `echo`, by the frames of its scenes. */
function judged(toy: Toy, frames: Readonly<Record<string, readonly (typeof proof)[]>>) {
  const [plan] = planToy({ requirements, optional: ['echo'], scenes: [plain, echo], ...toy }, [toyTarget()], {
    optional: true,
  });
  if (!plan) throw new Error('no plan');
  const recordings = new Map(
    Object.entries(frames).map(([scene, events]) => [scene, written({ scene, events })]),
  );
  const { results, points } = judgeTarget(plan, recordings, calm);
  return {
    came: results.flatMap(({ case: id, requirement, level, outcome }) =>
      id === watching.id ? [`${requirement} ${level} ${outcome}`] : [],
    ),
    resolved: points.map(({ resolved }) => resolved),
  };
}

it.each([
  ['in neither', [proof], [proof], ['passed', 'passed']],
  ['where all is asked', [proof, bad], [proof], ['failed', 'passed']],
  ['where only the feature is tried', [proof], [proof, bad], ['passed', 'failed']],
])('what is wrong %s is told of that alone', (_, asked, tried, [all, feature]) => {
  const frames = { 'emit/plain': asked, 'emit/echo/optional': tried };
  const cases = [judge(echo, 'emit/echo', 'echo', { E2: () => passed(['viewer']) })];
  expect(judged({ monitors: [watching], cases }, frames).came).toEqual([
    `E1 MUST ${all}`,
    `E2 MAY ${feature}`,
  ]);
});

it('a feature that was not tried has passed nothing, whatever else went well', () => {
  const { came } = judged({ monitors: [watching], scenes: [plain] }, { 'emit/plain': [proof] });
  expect(came).toEqual(['E1 MUST passed', 'E2 MAY untestable']);
});

it('what is only tried answers no open point', () => {
  const answer = { point: 'A1', value: 'one' };
  const of = (scene: typeof plain, id: string) =>
    judge(scene, scene.id, 'a', { [id]: () => passed(['viewer'], { readings: [answer] }) });
  const openPoints = [toyPoint('A1')];
  const frames = { 'emit/plain': [proof], 'emit/echo/optional': [proof] };
  expect(judged({ openPoints, cases: [of(plain, 'E1')] }, frames).resolved).toEqual([['one']]);
  expect(judged({ openPoints, cases: [of(echo, 'E2')] }, frames).resolved).toEqual([[]]);
});
