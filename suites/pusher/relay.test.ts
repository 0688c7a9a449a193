import { describe, expect, it } from 'vitest';
import { makePlan } from '../../src/conform/plan.ts';
import { loadContract } from '../../src/contract/load.ts';
import { targetsOf } from '../../src/target/load.ts';
import { suites } from '../index.ts';

const contract = await loadContract();
const { requirements } = contract.pusher;

/** What a relay is asked for that brings its trigger API and its secret, and nothing of an application. */
async function planned(dialect: string) {
  const relay = {
    name: 'relay',
    surface: 'pusher',
    dialect,
    role: 'relay',
    urls: { ws: 'ws://127.0.0.1:1', trigger: 'http://127.0.0.1:1' },
    app: { key: 'key', id: 'id', secret: 'secret' },
    clients: [{ id: '42' }, { id: '43', tenant: 'foreign' }],
  };
  const [target] = await targetsOf([relay], 'a test', contract);
  if (!target) throw new Error('no target');
  return makePlan(contract, [{ target, dialect }], suites, { only: [], slow: true }).flatMap(
    (plan) => plan.checks,
  );
}

describe.each(Object.keys(contract.pusher.dialects))('a relay, as %s', (dialect) => {
  it('lacks nothing of what it is asked for', async () => {
    const checks = await planned(dialect);
    expect(checks.filter(({ settled }) => settled?.outcome === 'untestable')).toEqual([]);
  });

  it('is not asked for the lives of jobs, nor for an auth endpoint that it does not have', async () => {
    const checks = await planned(dialect);
    const asked = new Set(checks.filter(({ settled }) => !settled).map(({ requirement }) => requirement));
    const ofOthers = requirements.filter(
      ({ applies, side }) => applies.role === 'application' || side === 'auth' || side === 'hook',
    );
    expect(ofOthers.filter(({ id }) => asked.has(id)).map(({ id }) => id)).toEqual([]);
    const points = checks.filter(({ how, settled }) => how.kind === 'open-point' && !settled);
    expect(points.map(({ requirement }) => requirement).filter((id) => /^A9|auth/.test(id))).toEqual([]);
  });

  it('is asked for protocol, delivery, order and isolation', async () => {
    const checks = await planned(dialect);
    const asked = checks.filter(({ settled }) => !settled).map((check) => check.case.split('/')[1]);
    const themes = ['connecting', 'subscribe', 'payload', 'isolation', 'keep-alive', 'trigger-api'];
    expect(themes.filter((theme) => !asked.includes(theme))).toEqual([]);
  });
});
