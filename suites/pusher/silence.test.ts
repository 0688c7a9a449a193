import { expect, test } from 'vitest';
import type { CheckResult } from '../../src/conform/check-result.ts';
import { makePlan } from '../../src/conform/plan.ts';
import { run } from '../../src/conform/run.ts';
import type { Contract } from '../../src/contract/contract.ts';
import { loadContract } from '../../src/contract/load.ts';
import { startReference } from '../../src/reference/start.ts';
import { targetsOf } from '../../src/target/load.ts';
import { suites } from '../index.ts';

const loaded = await loadContract();
const { openPoints, rules } = loaded.pusher;

/** The documents, had they asked for more haste: the reference server asks after 0.3 s, and waits for 0.5 s. */
const contract: Contract = {
  ...loaded,
  pusher: {
    ...loaded.pusher,
    rules: { ...rules, keepAlive: { ...rules.keepAlive, pongWaitSeconds: 0.5 } },
    openPoints: openPoints.map((point) =>
      point.id === 'A11.announced' ? { ...point, readings: ['0.3'] } : point,
    ),
  },
};

/** What becomes of a silent connection, judged in real time: there is no control to move the clock. */
async function judged(...faults: string[]): Promise<Record<string, CheckResult['outcome']>> {
  const dialects = { pusher: 'modelbeam' };
  const reference = await startReference({ contract, port: 0, surfaces: ['pusher'], dialects, faults });
  try {
    const entries = reference.targets().map(({ control: _, ...entry }) => entry);
    const targets = await targetsOf(entries, 'a test', contract);
    const planned = targets.map((target) => ({ target, dialect: target.dialect }));
    const only = ['pusher/keep-alive/silent'];
    const { checks } = await run(makePlan(contract, planned, suites, { only, slow: true }), {
      ...{ jobs: 1, seed: 1, multiplier: 1, level: 'must', slow: true, bail: false, waitMs: 0, repeat: 1 },
      ...{ version: 'test', contractHash: contract.hash, command: '', reporters: [] },
      signal: new AbortController().signal,
    });
    const asked = checks.filter((check) => check.case === only[0]);
    return Object.fromEntries(asked.map(({ requirement, outcome }) => [requirement, outcome]));
  } finally {
    await reference.close();
  }
}

test('a server that asks and then closes is right, for a pong has its whole time from the question on', async () => {
  expect(await judged()).toEqual({ PK3i: 'passed', PK4: 'passed', PX5: 'passed', PX19i: 'passed' });
});

test('a server that asks and then does nothing fails', async () => {
  expect(await judged('pusher/silence-goes-unpunished')).toMatchObject({ PK4: 'failed' });
});
