import { expect, test } from 'vitest';
import { makePlan } from '../../src/conform/plan.ts';
import { runPlans } from '../../src/conform/run-toy.ts';
import { loadContract } from '../../src/contract/load.ts';
import { startReference } from '../../src/reference/start.ts';
import { targetsOf } from '../../src/target/load.ts';
import { suites } from '../index.ts';

const contract = await loadContract();

test('a server that never confirms is waited for three times and no more, though it refuses what is wrong', {
  timeout: 60_000,
}, async () => {
  const reference = await startReference({
    ...{ contract, port: 0, surfaces: ['pusher'], dialects: { pusher: 'dryapi' } },
    faults: ['pusher/confirmation-missing'],
  });
  const deadlines = { connectMs: 10_000, answerMs: 1000 };
  const entries = reference.targets().map((entry) => ({ ...entry, deadlines }));
  const targets = await targetsOf(entries, 'a test', contract);
  const planned = targets.map((target) => ({ target, dialect: target.dialect }));
  const only = ['pusher/robustness/**'];
  const plans = makePlan(contract, planned, suites, { only, slow: false });
  const { outcomes, checks } = await runPlans(plans, { multiplier: 1 }).finally(() => reference.close());
  const scenes = outcomes.flatMap(({ recordings }) => [...recordings.values()]);
  const waits = scenes.flatMap(({ events }) =>
    events.filter(
      ({ kind, ...event }) => kind === 'timer' && JSON.stringify(event).includes('to be granted'),
    ),
  );
  expect(scenes.length).toBeGreaterThan(20);
  expect(scenes.map(({ ending }) => ending.kind)).toEqual(scenes.map(() => 'done'));
  // Two connections of a scene miss it at the same time.
  expect([3, 4]).toContain(waits.length);
  const asked = checks.filter((check) => check.case.startsWith('pusher/robustness/'));
  expect(asked.filter(({ outcome }) => outcome === 'failed' || outcome === 'passed')).toEqual([]);
});
