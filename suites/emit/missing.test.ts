import { beforeAll, describe, expect, it } from 'vitest';
import { makePlan } from '../../src/conform/plan.ts';
import { runPlans } from '../../src/conform/run-toy.ts';
import { loadContract } from '../../src/contract/load.ts';
import { type Reference, startReference } from '../../src/reference/start.ts';
import { targetsOf } from '../../src/target/load.ts';
import type { EmitTarget, Space, SpaceToken } from '../../src/target/target.ts';
import { suites } from '../index.ts';

const contract = await loadContract();
let reference: Reference;
let complete: EmitTarget;
beforeAll(async () => {
  reference = await startReference({ contract, port: 0, surfaces: ['emit'] });
  const [target] = await targetsOf(reference.targets(), 'the reference', contract);
  if (target?.surface === 'emit') complete = target;
  return () => reference.close();
});

/** Judges the reference server by a target file that does not offer all that there is. */
async function judged(change: (target: EmitTarget) => EmitTarget, ...only: readonly string[]) {
  const chosen = [{ target: change(complete), dialect: 'emit@1' }];
  const { checks, exit } = await runPlans(makePlan(contract, chosen, suites, { only, slow: false }), {
    multiplier: 1,
  });
  const run = checks.filter(({ outcome }) => outcome !== 'not-run' && outcome !== 'passed');
  return { exit, checks, left: run.map((one) => [one.case, one.requirement, one.outcome, one.reason]) };
}

const withSpaces = (change: (space: Space) => Space | undefined) => (target: EmitTarget) => ({
  ...target,
  spaces: target.spaces.flatMap((space) => change(space) ?? []),
});

const withoutToken = (name: SpaceToken) =>
  withSpaces((space) => {
    const { [name]: _, ...tokens } = space.tokens;
    return { ...space, tokens };
  });

describe('without a foreign space', () => {
  const change = withSpaces((space) => (space.tenant === 'own' ? space : undefined));

  it('isolation between tenants is untestable, by name', async () => {
    const { left, exit } = await judged(change, 'emit/isolation/**');
    const reason = '1 foreign space needed to make jobs in, the target has 0';
    expect(left).toEqual([
      ['emit/isolation/foreign-tenant-on-the-space-stream', 'E15', 'untestable', reason],
      ['emit/isolation/foreign-tenant-on-the-job-stream', 'E27', 'untestable', reason],
    ]);
    expect(exit).toBe(4);
  });

  it('foreign credentials are untestable, each by name, and everybody else is judged', async () => {
    const { left, checks } = await judged(change, 'emit/handshake/**');
    expect(left.map(([id]) => id)).toEqual([
      'emit/handshake/job/foreign-read',
      'emit/handshake/job/foreign-progress',
      'emit/handshake/job/foreign-public',
      'emit/handshake/space/foreign-read',
      'emit/handshake/space/foreign-read',
      'emit/handshake/space/foreign-read',
    ]);
    for (const [, , outcome, reason] of left) {
      expect([outcome, reason]).toEqual(['untestable', expect.stringMatching(/of a foreign space for it$/)]);
    }
    expect(checks.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThan(20);
  });

  it('what is untestable is excluded where the target file says why', async () => {
    const excludes = ['E15', 'E27'].map((requirement) => ({ requirement, reason: 'one tenant only' }));
    const { left, exit } = await judged((target) => ({ ...change(target), excludes }), 'emit/isolation/**');
    expect(left.map(([, , outcome]) => outcome)).toEqual(['excluded', 'excluded']);
    expect(left[0]?.[3]).toBe('one tenant only (1 foreign space needed to make jobs in, the target has 0)');
    expect(exit).toBe(0);
  });
});

it('a second space in which nobody may work makes isolation between spaces untestable, by name', async () => {
  const change = withSpaces((space) => {
    const { worker: _, ...tokens } = space.tokens;
    if (space.id === 'space-01') return space;
    return space.id === 'space-02' ? { ...space, tokens } : undefined;
  });
  const { left } = await judged(change, 'emit/isolation/other-space-*');
  const reason = '2 own spaces needed to make jobs in, the target has 1';
  expect(left.map(([, , outcome, why]) => [outcome, why])).toEqual([
    ['untestable', reason],
    ['untestable', reason],
  ]);
});

describe('without a public token', () => {
  const change = withoutToken('public');

  it('what the public may do over REST is untestable, by name', async () => {
    const { left } = await judged(change, 'emit/rest/**');
    expect(left.length).toBeGreaterThan(10);
    for (const [, , outcome, reason] of left) {
      expect([outcome, reason]).toEqual(['untestable', 'no space of ours has a public token']);
    }
  });

  it('its handshakes are untestable, and progress viewers are judged without it', async () => {
    const { left } = await judged(change, 'emit/handshake/**', 'emit/scope/**');
    const reason = expect.stringContaining('the target file gives no public token');
    expect(left).toEqual([
      ['emit/handshake/job/foreign-public', 'E16', 'untestable', reason],
      ['emit/handshake/job/public', 'E3', 'untestable', reason],
      ['emit/handshake/space/public', 'E18', 'untestable', reason],
      ['emit/handshake/space/public', 'E18i', 'untestable', reason],
    ]);
  });
});

describe('without control', () => {
  const change = ({ control: _, ...target }: EmitTarget): EmitTarget => target;

  it('nothing fails or is untestable: timers are waited for, and what only control can show is not asked', async () => {
    const { left, checks, exit } = await judged(change);
    expect(exit).toBe(0);
    expect(new Set(left.map(([, , outcome]) => outcome))).toEqual(new Set(['not-applicable', 'ambiguous']));
    expect(left).toContainEqual([
      'emit/clock/delivery-timeout',
      'E36bi',
      'not-applicable',
      'the target does not offer control',
    ]);
    const waitedFor = checks.filter((check) => check.case.startsWith('emit/scope/delivery_timeout/'));
    expect(new Set(waitedFor.map(({ outcome }) => outcome))).toEqual(new Set(['passed']));
  });
});

describe('without any driver', () => {
  const change = (target: EmitTarget): EmitTarget => ({ ...target, drivers: ['none'] });

  it('every check of a scene is untestable, by the verbs that nobody performs, and exit 4', async () => {
    const { checks, exit } = await judged(change);
    const ofScenes = checks.filter(({ scene, outcome }) => scene !== null && outcome !== 'not-applicable');
    expect(ofScenes.length).toBeGreaterThan(300);
    for (const { outcome, reason } of ofScenes) {
      expect([outcome, reason]).toEqual(['untestable', expect.stringMatching(/^no driver /)]);
    }
    expect(exit).toBe(4);
  });

  it('what all scenes feed has seen nothing that it could judge', async () => {
    const { checks } = await judged(change, 'emit/always/**');
    const ofAll = checks.filter(({ outcome }) => outcome !== 'not-run');
    expect(new Set(ofAll.map(({ outcome }) => outcome))).toEqual(new Set(['untestable']));
  });
});

it('spaces that others use as well are not polled', async () => {
  const { left } = await judged((target) => ({ ...target, dedicated: false }), 'emit/init/**');
  expect(left.length).toBeGreaterThan(0);
  for (const [, , outcome, reason] of left) {
    expect([outcome, reason]).toEqual(['untestable', expect.stringContaining('dedicated: true')]);
  }
});
