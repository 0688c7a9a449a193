import { describe, expect, it } from 'vitest';
import { InputError } from '../contract/contract.ts';
import { type Case, judge } from '../suite/case.ts';
import { passed } from '../suite/judgement.ts';
import { monitor } from '../suite/monitor.ts';
import type { AnyScene } from '../suite/scene.ts';
import type { TargetPlan } from './plan.ts';
import { planToy, type Toy, toyPoint, toyRequirement, toyScene, toyTarget } from './toy-suite.ts';

const must = toyRequirement('E1');
const should = toyRequirement('E1i', { level: 'SHOULD' });
const requirements = [must, should];
const pass = () => passed(['viewer']);
const a = toyScene('emit/a');

const caseOf = (scene: AnyScene, id: string, requirement = 'E1', more: Partial<Case> = {}): Case => ({
  ...judge(scene, id, id, { [requirement]: pass }),
  ...more,
});
const watching = (checks: readonly string[]) =>
  monitor({
    id: 'emit/always/m',
    title: 'm',
    surface: 'emit',
    per: 'run',
    checks,
    start: () => ({}),
    step() {},
  });

/** The plan for one target. */
function plan(toy: Toy, target = toyTarget(), options: Parameters<typeof planToy>[2] = {}): TargetPlan {
  const [one] = planToy({ requirements, ...toy }, [target], options);
  if (!one) throw new Error('no plan');
  return one;
}

/** What the checks of a plan come to before anything is run: case, requirement, outcome and why. */
const settled = ({ checks }: TargetPlan): string[] =>
  checks.map(({ case: id, requirement, settled: by }) =>
    [id, requirement, ...(by ? [by.outcome, by.reason] : [])].join(' '),
  );
const performed = ({ scenes }: TargetPlan): string[] => scenes.map(({ id }) => id);

describe('a plan', () => {
  it('has a check for each requirement of each case, each monitor, and each open point', () => {
    const both = judge(a, 'emit/x', 'x', { E1: pass, E1i: pass });
    const toy = { scenes: [a], cases: [both], monitors: [watching(['E1'])], openPoints: [toyPoint('A1')] };
    expect(settled(plan(toy))).toEqual([
      'emit/x E1',
      'emit/x E1i',
      'emit/always/m E1',
      'emit/open-point/A1 A1',
    ]);
  });

  it('takes level, words and source of a check from the requirement', () => {
    const [check] = plan({ scenes: [a], cases: [caseOf(a, 'emit/x')] }).checks;
    expect(check).toMatchObject({
      level: 'MUST',
      text: 'A server does as E1 says.',
      source: 'A document, "E1"',
      at: 'requirements.yaml:E1',
    });
  });

  it('is not made of a case that names no requirement of the contract', () => {
    const toy = { scenes: [a], cases: [caseOf(a, 'emit/x', 'E99')] };
    expect(() => plan(toy)).toThrow('emit/x names E99, which is no requirement of emit');
  });

  it('is not made of a case whose scene is not there', () => {
    expect(() => plan({ cases: [caseOf(a, 'emit/x')] })).toThrow('emit/x reads the scene emit/a');
  });

  it('keeps what is only observed apart: it has no outcome', () => {
    const info = toyRequirement('E2', { level: 'INFO' });
    const made = plan({ requirements: [info], scenes: [a], cases: [caseOf(a, 'emit/x', 'E2')] });
    expect(made.checks).toEqual([]);
    expect(made.observations).toMatchObject([{ case: 'emit/x', requirement: 'E2' }]);
  });

  it('makes an open point gate only where the target file pins a reading: a dialect’s pin is inferred', () => {
    const openPoints = [toyPoint('A1'), toyPoint('A2', { pinned: { toy: 'one' } }), toyPoint('A3')];
    const { checks } = plan({ openPoints }, toyTarget({ pins: { A3: 'two' } }));
    expect(checks.map(({ level }) => level)).toEqual(['SHOULD', 'SHOULD', 'MUST']);
  });
});

describe('members of one group', () => {
  const group = ['P1', 'M1'];
  const members = [
    toyRequirement('P1', { group }),
    toyRequirement('M1', { group, applies: { dialects: ['toy'] } }),
  ];
  const both = judge(a, 'emit/x', 'x', { P1: pass, M1: pass });
  const toy = { requirements: members, scenes: [a], cases: [both] };

  it('are one check, which bears the id of the dialect’s own', () => {
    expect(settled(plan(toy))).toEqual(['emit/x M1']);
  });

  it('are one check on another dialect too, by the id that applies there', () => {
    expect(settled(plan(toy, toyTarget({ dialect: 'other' })))).toEqual(['emit/x P1']);
  });
});

describe('not applicable is', () => {
  const relayOnly = toyRequirement('E3', { applies: { offers: ['trigger-api'] } });

  it('what the requirement does not ask of such a target', () => {
    const toy = { requirements: [relayOnly], scenes: [a], cases: [caseOf(a, 'emit/x', 'E3')] };
    expect(settled(plan(toy))).toEqual(['emit/x E3 not-applicable the target does not offer trigger-api']);
    expect(performed(plan(toy))).toEqual([]);
  });

  it.each([
    ['applies', { applies: { scheme: 'secure' as const } }, 'asked of wss:// and https:// only'],
    ['when', { when: () => 'it has no second space' }, 'it has no second space'],
  ])('what the case rules out by its `%s`', (_, more, reason) => {
    const toy = { scenes: [a], cases: [caseOf(a, 'emit/x', 'E1', more)] };
    expect(settled(plan(toy))).toEqual([`emit/x E1 not-applicable ${reason}`]);
  });

  it('an open point that the target has no means to answer', () => {
    const toy = { openPoints: [toyPoint('A1', { offers: ['revoke'] })] };
    expect(settled(plan(toy))).toEqual([
      'emit/open-point/A1 A1 not-applicable the target does not offer revoke',
    ]);
  });
});

describe('untestable is', () => {
  const needy = toyScene('emit/needy', { needs: ['a token', 'a space'] });
  const toy = { scenes: [a, needy], cases: [caseOf(a, 'emit/x'), caseOf(needy, 'emit/y')] };

  it('what needs something that the target lacks, which is named', () => {
    expect(settled(plan(toy))).toEqual(['emit/x E1', 'emit/y E1 untestable the target has no a token']);
  });

  it('not performed', () => {
    expect(performed(plan(toy))).toEqual(['emit/a']);
  });

  it('excluded where the target file says why', () => {
    const excludes = [{ requirement: 'E1', reason: 'no keys yet' }];
    expect(settled(plan(toy, toyTarget({ excludes })))).toEqual([
      'emit/x E1',
      'emit/y E1 excluded no keys yet (the target has no a token)',
    ]);
  });

  it('excluded by any member of the group', () => {
    const grouped = [toyRequirement('E1', { group: ['E1', 'M1'] })];
    const excludes = [{ requirement: 'M1', reason: 'no keys yet' }];
    const made = plan({ ...toy, requirements: grouped }, toyTarget({ excludes }));
    expect(made.checks.map(({ settled: by }) => by?.outcome)).toEqual([undefined, 'excluded']);
  });
});

describe('a slow scene', () => {
  const slow = toyScene('emit/slow', { slow: true });
  const toy = { scenes: [a, slow], cases: [caseOf(a, 'emit/x'), caseOf(slow, 'emit/y')] };

  it('is not run on a target without control, unless asked for', () => {
    const made = plan(toy);
    expect(settled(made)[1]).toMatch(/^emit\/y E1 not-run needs seconds of real time/);
    expect(performed(made)).toEqual(['emit/a']);
  });

  it('is not run for a monitor’s sake, either', () => {
    expect(performed(plan({ ...toy, monitors: [watching(['E1'])] }))).toEqual(['emit/a']);
  });

  it.each([
    ['the target has control', toyTarget({ control: 'http://127.0.0.1:9/' }), {}],
    ['it is asked for', toyTarget(), { slow: true }],
  ])('is run where %s', (_, target, options) => {
    const made = plan(toy, target, options);
    expect(settled(made)[1]).toBe('emit/y E1');
    expect(performed(made)).toEqual(['emit/a', 'emit/slow']);
  });
});

it('leaves out what belongs to another dialect', () => {
  const other = toyScene('emit/other', { dialects: ['other'] });
  const made = plan({ scenes: [a, other], cases: [caseOf(a, 'emit/x'), caseOf(other, 'emit/y')] });
  expect(settled(made)).toEqual(['emit/x E1']);
});

describe('--only', () => {
  const b = toyScene('emit/b');
  const toy = {
    scenes: [a, b],
    cases: [caseOf(a, 'emit/x'), caseOf(b, 'emit/y'), caseOf(b, 'emit/z', 'E1i')],
    monitors: [watching(['E1'])],
    openPoints: [toyPoint('A1')],
  };
  const only = (...patterns: readonly string[]): TargetPlan => plan(toy, toyTarget(), { only: patterns });
  const run = ({ checks }: TargetPlan): string[] =>
    checks.filter((check) => !check.settled).map((check) => `${check.case} ${check.requirement}`);

  it('selects checks, and the scenes that they need', () => {
    expect(run(only('emit/y'))).toEqual(['emit/y E1']);
    expect(performed(only('emit/y'))).toEqual(['emit/b']);
  });

  it('says of all others that they are not selected', () => {
    expect(settled(only('emit/y'))).toContain('emit/x E1 not-run not selected');
  });

  it('selects whatever asks for a requirement', () => {
    expect(run(only('E1i'))).toEqual(['emit/z E1i']);
  });

  it.each(['emit/always/m', 'A1'])('selects every scene for a check that all of them feed: %s', (pattern) => {
    expect(performed(only(pattern))).toEqual(['emit/a', 'emit/b']);
  });

  it('leaves a check that does not apply what it is', () => {
    const cases = [...toy.cases, caseOf(a, 'emit/w', 'E1', { when: () => 'never' })];
    const made = plan({ ...toy, cases }, toyTarget(), { only: ['emit/y'] });
    expect(settled(made)).toContain('emit/w E1 not-applicable never');
  });

  it('is refused where it selects nothing', () => {
    expect(() => only('emit/nothing')).toThrow(InputError);
  });

  it('selects on one of several targets', () => {
    const targets = ['first', 'second'].map((name) => toyTarget({ name }));
    const plans = planToy({ requirements, ...toy }, targets, { only: ['second:emit/x'] });
    expect(plans.map(performed)).toEqual([[], ['emit/a']]);
  });
});

describe('limits', () => {
  const cheap = (id: string, jobs = 2): AnyScene => toyScene(id, { cost: { jobs, connections: 3 } });
  const [one, two, three] = [cheap('emit/one'), cheap('emit/two'), cheap('emit/three')];
  const toy = {
    scenes: [one, two, three],
    cases: [caseOf(one, 'emit/x', 'E1i'), caseOf(two, 'emit/y'), caseOf(three, 'emit/z')],
  };

  it('of jobs drop the scenes of SHOULD checks before those of MUST ones', () => {
    expect(performed(plan(toy, toyTarget({ limits: { jobs: 4 } })))).toEqual(['emit/two', 'emit/three']);
  });

  it('make untestable what they drop, and say what it would have cost', () => {
    expect(settled(plan(toy, toyTarget({ limits: { jobs: 4 } })))).toEqual([
      'emit/x E1i untestable limits.jobs: 6 needed by then, 4 allowed',
      'emit/y E1',
      'emit/z E1',
    ]);
  });

  it('drop MUST scenes as well where there is no other way', () => {
    expect(performed(plan(toy, toyTarget({ limits: { jobs: 3 } })))).toEqual(['emit/two']);
  });

  it('leave room for a cheaper scene after one that is too dear', () => {
    const dear = cheap('emit/dear', 9);
    const scenes = [dear, one];
    const cases = [caseOf(dear, 'emit/d'), caseOf(one, 'emit/x')];
    expect(performed(plan({ scenes, cases }, toyTarget({ limits: { jobs: 2 } })))).toEqual(['emit/one']);
  });

  it('of connections drop a scene that needs more at once', () => {
    expect(settled(plan(toy, toyTarget({ limits: { connections: 2 } })))[1]).toBe(
      'emit/y E1 untestable limits.connections: 3 needed, 2 allowed',
    );
  });

  it('drop nothing that fits', () => {
    expect(performed(plan(toy, toyTarget({ limits: { jobs: 6, connections: 3 } })))).toHaveLength(3);
  });

  it('let what they drop be excluded', () => {
    const excludes = [{ requirement: 'E1i', reason: 'too dear' }];
    const [first] = plan(toy, toyTarget({ limits: { jobs: 4 }, excludes })).checks;
    expect(first?.settled).toMatchObject({ outcome: 'excluded' });
  });
});
