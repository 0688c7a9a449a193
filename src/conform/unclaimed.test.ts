import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Case, judge } from '../suite/case.ts';
import { passed } from '../suite/judgement.ts';
import { monitor } from '../suite/monitor.ts';
import type { AnyScene } from '../suite/scene.ts';
import type { TargetPlan } from './plan.ts';
import { planToy, type Toy, toyPoint, toyRequirement, toyScene, toyTarget } from './toy-suite.ts';

const requirements = [
  toyRequirement('E1'),
  toyRequirement('E1i', { level: 'SHOULD' }),
  toyRequirement('E2', { applies: { offers: ['echo'] } }),
  toyRequirement('E2i', { level: 'SHOULD', applies: { offers: ['echo'] } }),
  toyRequirement('E3', { applies: { offers: ['sing'] } }),
  toyRequirement('E4', { applies: { offers: ['echo', 'sing'] } }),
  toyRequirement('E5', { applies: { offers: ['webhooks'] } }),
  toyRequirement('E6', { level: 'INFO', applies: { offers: ['echo'] } }),
];
const ids = requirements.map(({ id }) => id);
const pass = () => passed(['viewer']);
const caseOf = (scene: AnyScene, ...asked: readonly string[]): Case =>
  judge(scene, `${scene.id}-case`, scene.id, Object.fromEntries(asked.map((id) => [id, pass])));
const watching = (...checks: readonly string[]) =>
  monitor({
    ...{ id: 'emit/always/m', title: 'm', surface: 'emit', per: 'run', checks },
    start: () => ({}),
    step() {},
  });

const plain = toyScene('emit/plain');
const echo = toyScene('emit/echo', { needs: ['echo'] });
const optional = ['echo', 'sing'];
const toy: Toy = {
  requirements,
  optional,
  scenes: [plain, echo],
  cases: [caseOf(plain, 'E1'), caseOf(echo, 'E2')],
};

function plan(claims: readonly string[], of: Toy = toy, asked = true): TargetPlan {
  const [one] = planToy(of, [toyTarget({ capabilities: [...claims] })], { optional: asked });
  if (!one) throw new Error('no plan');
  return one;
}
const told = ({ checks }: TargetPlan): string[] =>
  checks.map(({ case: id, requirement, level, settled: by }) =>
    [id, requirement, ...(by ? [by.outcome] : [level])].join(' '),
  );
const performed = ({ scenes }: TargetPlan): string[] => scenes.map(({ id, phase }) => `${id} ${phase}`);

describe('a feature that a target does not claim', () => {
  it('is not asked for, unless that is said', () => {
    const made = plan([], toy, false);
    expect(told(made)).toEqual(['emit/plain-case E1 MUST', 'emit/echo-case E2 not-applicable']);
    expect(performed(made)).toEqual(['emit/plain ordinary']);
    expect(made.unclaimed).toBeUndefined();
  });

  it('is tried with --optional, at level MAY, after all others', () => {
    const made = plan([]);
    expect(told(made)).toEqual(['emit/plain-case E1 MUST', 'emit/echo-case E2 MAY']);
    expect(performed(made)).toEqual(['emit/plain ordinary', 'emit/echo/optional optional']);
    expect(made.unclaimed).toMatchObject({ words: optional, target: { capabilities: optional } });
    expect(made.target.capabilities).toEqual([]);
  });

  it('is a MAY where its requirement is a SHOULD, and none where it is only observed', () => {
    const made = plan([], { ...toy, cases: [caseOf(plain, 'E1'), caseOf(echo, 'E2i', 'E6')] });
    expect(told(made)).toEqual(['emit/plain-case E1 MUST', 'emit/echo-case E2i MAY']);
    expect(made.observations).toEqual([]);
  });

  it('is tried by a performance of its own, where its scene is performed anyway', () => {
    const made = plan([], { ...toy, scenes: [plain], cases: [caseOf(plain, 'E1', 'E2')] });
    expect(made.checks.map(({ requirement, scene }) => [requirement, scene])).toEqual([
      ['E1', 'emit/plain'],
      ['E2', 'emit/plain/optional'],
    ]);
    expect(performed(made)).toEqual(['emit/plain ordinary', 'emit/plain/optional optional']);
  });

  it('is tried beside what is claimed, where a requirement asks for both', () => {
    const made = plan(['echo'], { ...toy, cases: [caseOf(echo, 'E2', 'E4')] });
    expect(told(made)).toEqual(['emit/echo-case E2 MUST', 'emit/echo-case E4 MAY']);
  });

  it('is watched for by monitors in scenes of its own, and these by no other monitor', () => {
    const made = plan([], { ...toy, cases: [caseOf(echo, 'E2')], monitors: [watching('E1', 'E3')] });
    expect(told(made)).toEqual(['emit/always/m E1 MUST', 'emit/echo-case E2 MAY', 'emit/always/m E3 MAY']);
    expect(performed(made)).toEqual(['emit/plain ordinary', 'emit/echo/optional optional']);
  });

  it('is untestable where something else is missing that its scene needs', () => {
    const needy = toyScene('emit/echo', { needs: ['echo', 'token'] });
    const [check] = plan([], { ...toy, scenes: [needy], cases: [caseOf(needy, 'E2')] }).checks;
    expect(check).toMatchObject({
      level: 'MAY',
      settled: { outcome: 'untestable', reason: 'the target has no token' },
    });
  });

  it('answers no open point', () => {
    const openPoints = [toyPoint('A1', { offers: ['echo'] })];
    expect(told(plan([], { ...toy, cases: [], openPoints }))).toEqual([
      'emit/open-point/A1 A1 not-applicable',
    ]);
  });

  it('is the first to be left out where a target allows few jobs', () => {
    const should = toyScene('emit/should');
    const of: Toy = {
      ...toy,
      scenes: [echo, should, plain],
      cases: [caseOf(echo, 'E2'), caseOf(should, 'E1i'), caseOf(plain, 'E1')],
    };
    const [made] = planToy(of, [toyTarget({ limits: { jobs: 2 } })], { optional: true });
    expect(made && told(made)).toEqual([
      'emit/should-case E1i SHOULD',
      'emit/plain-case E1 MUST',
      'emit/echo-case E2 untestable',
    ]);
  });
});

it('a word that is no feature is not tried: nobody has it by chance', () => {
  expect(told(plan([], { ...toy, cases: [caseOf(plain, 'E1', 'E5')] }))).toEqual([
    'emit/plain-case E1 MUST',
    'emit/plain-case E5 not-applicable',
  ]);
});

it('a client has no features to claim', () => {
  const client = { command: 'my-client', extra: {} } as never;
  const [made] = planToy(toy, [toyTarget({ client })], { optional: true });
  expect(made?.unclaimed).toBeUndefined();
});

it('whatever is claimed, all other checks and scenes are what they are without --optional', () => {
  const asked = fc.array(fc.constantFrom(...ids), { minLength: 1, maxLength: 4 });
  const any = fc.record({
    claims: fc.subarray(['echo', 'sing', 'webhooks']),
    of: asked,
    ofEcho: asked,
    watched: asked,
  });
  fc.assert(
    fc.property(any, ({ claims, of, ofEcho, watched }) => {
      const made: Toy = {
        ...toy,
        cases: [caseOf(plain, ...of), caseOf(echo, ...ofEcho)],
        monitors: [watching(...new Set(watched))],
      };
      const [without, tried] = [plan(claims, made, false), plan(claims, made)];
      const others = tried.checks.filter(({ level }) => level !== 'MAY');
      const key = (check: (typeof others)[number]): string => `${check.case} ${check.requirement}`;
      const may = new Set(tried.checks.filter(({ level }) => level === 'MAY').map(key));
      expect(others.map(({ how: _, ...check }) => check)).toEqual(
        without.checks.filter((check) => !may.has(key(check))).map(({ how: _, ...check }) => check),
      );
      expect(
        without.checks.filter((check) => may.has(key(check))).map(({ settled }) => settled?.outcome),
      ).toEqual([...may].map(() => 'not-applicable'));
      expect(performed(tried).filter((scene) => !scene.endsWith(' optional'))).toEqual(performed(without));
    }),
  );
});
