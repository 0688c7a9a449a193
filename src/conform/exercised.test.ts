import { describe, expect, it } from 'vitest';
import { judge } from '../suite/case.ts';
import { type Outcome, passed } from '../suite/judgement.ts';
import type { RulesMap } from '../suite/rules-map.ts';
import type { CheckResult } from './check-result.ts';
import { exercisedOf } from './exercised.ts';
import type { TargetPlan } from './plan.ts';
import { planToy, toyRequirement, toyScene } from './toy-suite.ts';

const scene = toyScene('emit/a');
const pass = () => passed(['viewer']);
const step = (word: string | null, event: string | null = 'e') =>
  ({ word, from: 'a', to: 'b', on: 'call', event, requirements: ['E1'] }) as const;
const map: RulesMap = {
  automaton: {
    ...{ of: 'a job', initial: 'a', states: ['a', 'b'], terminal: ['b'] },
    steps: [step('transition/call/e'), step('transition/other/e'), step(null, null)],
  },
  scopes: {
    ...{ events: ['e'], scopes: ['full'] },
    cells: [{ word: 'scope/e/full', event: 'e', scope: 'full', data: 'kept', requirements: ['E1'] }],
  },
};
const covers = ['transition/call/e'];
const [made] = planToy({
  requirements: [toyRequirement('E1'), toyRequirement('E2')],
  scenes: [scene],
  cases: [
    judge(scene, 'emit/one', 'one', { E1: pass, E2: pass }, { covers }),
    judge(scene, 'emit/two', 'two', { E1: pass }, { covers }),
    judge(scene, 'emit/else', 'else', { E2: pass }, { covers: ['scope/e/full'] }),
  ],
});
if (!made) throw new Error('no plan');
const plan: TargetPlan = { ...made, suite: { ...made.suite, map } };
const results = (outcomes: Readonly<Record<string, Outcome>>): CheckResult[] =>
  plan.checks.map((check) => ({
    ...check,
    outcome: outcomes[`${check.case} ${check.requirement}`] ?? 'passed',
    findings: [],
    readings: [],
  }));
const reached = (outcomes: Readonly<Record<string, Outcome>>, seen?: ReadonlyMap<string, number>) =>
  exercisedOf(plan, results(outcomes), seen);

describe('what a run has made of the rules', () => {
  it('counts the cases that asked for a step, and takes the worst of what they say of it', () => {
    const steps = reached({ 'emit/two E1': 'failed' })?.automaton.steps;
    expect(steps?.[0]).toMatchObject({ from: 'a', to: 'b', cases: 2, outcome: 'failed', seen: 0 });
    expect(steps?.[0]).not.toHaveProperty('word');
  });

  it('is not about what a case asks beside it', () => {
    expect(reached({ 'emit/one E2': 'failed' })?.automaton.steps[0]).toMatchObject({ outcome: 'passed' });
  });

  it('is about all that a case asks, where none of it is of its requirements', () => {
    expect(reached({ 'emit/else E2': 'untestable' })?.scopes?.cells[0]).toMatchObject({
      cases: 1,
      outcome: 'untestable',
    });
  });

  it('is nothing where nobody asked, or what was to be asked was not run', () => {
    const steps = reached({ 'emit/one E1': 'not-run', 'emit/two E1': 'not-applicable' })?.automaton.steps;
    for (const one of steps ?? []) expect(one).toMatchObject({ cases: 0, seen: 0 });
    for (const one of steps ?? []) expect(one).not.toHaveProperty('outcome');
  });

  it('says how often a place was seen, asked for or not', () => {
    const seen = new Map([
      ['transition/other/e', 3],
      ['scope/e/full', 2],
    ]);
    const told = reached({}, seen);
    expect(told?.automaton.steps.map((one) => one.seen)).toEqual([0, 3, 0]);
    expect(told?.scopes?.cells.map((one) => one.seen)).toEqual([2]);
  });

  it('is not told of a suite whose rules cannot be drawn', () => {
    expect(exercisedOf(made, [])).toBeUndefined();
  });
});
