import { describe, expect, it } from 'vitest';
import { discoverDialect } from '../../src/conform/discovery.ts';
import { makePlan } from '../../src/conform/plan.ts';
import { runPlans } from '../../src/conform/run-toy.ts';
import { loadContract } from '../../src/contract/load.ts';
import { startImpostor } from '../../src/reference/impostors/start-impostor.ts';
import { startReference } from '../../src/reference/start.ts';
import { targetsOf } from '../../src/target/load.ts';
import type { Target } from '../../src/target/target.ts';
import { suites } from '../index.ts';

const contract = await loadContract();
const dialects = Object.keys(contract.emit.dialects);

/** Does something with the one target of a server that speaks some version, faults included. */
async function on<T>(
  emit: string,
  faults: readonly string[],
  act: (target: Target) => Promise<T>,
): Promise<T> {
  const how = { contract, port: 0, surfaces: ['emit'], dialects: { emit }, faults } as const;
  const reference = await startReference(how);
  try {
    return await act(await onlyTarget(reference.targets()));
  } finally {
    await reference.close();
  }
}

async function onlyTarget(entries: Parameters<typeof targetsOf>[0]): Promise<Target> {
  const [target] = await targetsOf(entries, 'the reference', contract);
  if (!target) throw new Error('no target');
  return target;
}

const discover = (target: Target) =>
  discoverDialect(contract, target, suites, {
    ...{ seed: 1, multiplier: 1, waitMs: 0, signal: new AbortController().signal },
  });

const judge = (target: Target, dialect: string, only: readonly string[] = []) =>
  runPlans(makePlan(contract, [{ target, dialect }], suites, { only, slow: false }), { multiplier: 1 });

describe('dialect: auto', () => {
  it.each(dialects)('tells that a server speaks %s, and by what', async (dialect) => {
    const found = await on(dialect, [], discover);
    expect(found.dialect).toBe(dialect);
    expect(found.reason).toMatch(new RegExp(`MUST checks failed by .*${dialect} 0`));
  });
});

describe('a server that mixes the versions fails by the one that it resembles', () => {
  it.each([
    ['emit@1', 'emit/connected-in-the-first-version', 'E25', ['emit/always/schema']],
    ['emit@2', 'emit/withheld-dead-sent-to-progress', 'E60', ['emit/scope/dead/**']],
    ['emit@2', 'emit/admits-none-on-job', 'E2', ['emit/handshake/job/none']],
    ['emit@3', 'emit/space-without-token', 'E72', ['emit/handshake/space/**']],
    ['emit@3', 'emit/connected-left-out', 'E80', ['emit/space/connected']],
  ])('%s with %s fails %s', async (dialect, fault, requirement, only) => {
    const { found, result } = await on(dialect, [fault], async (target) => {
      const { dialect: spoken } = await discover(target);
      return { found: spoken, result: await judge(target, spoken, only) };
    });
    expect(found).toBe(dialect);
    expect(result.exit).toBe(1);
    const failed = result.checks.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map((check) => check.requirement)).toContain(requirement);
  });
});

describe('judged by another version', () => {
  it.each(
    dialects.flatMap((spoken) =>
      dialects.flatMap((asked) => (spoken === asked ? [] : [[spoken, asked] as const])),
    ),
  )('a server of %s is not conformant as %s', async (spoken, asked) => {
    const only = ['emit/scope/**', 'emit/handshake/**'];
    // What the other version withholds is waited for.
    const deadlines = { connectMs: 3000, answerMs: 500 };
    const { exit, verdict } = await on(spoken, [], (target) => judge({ ...target, deadlines }, asked, only));
    expect({ exit, verdict }).toEqual({ exit: 1, verdict: 'non-conformant' });
  });
});

describe('an impostor passes no MUST check', () => {
  const rows = ['accept-everything', 'replay', 'noise'].flatMap((id) =>
    ['emit@2', 'emit@3'].map((dialect) => [id, dialect] as const),
  );
  it.each(rows)('%s, as %s', async (id, emit) => {
    const impostor = await startImpostor({ contract, id, surfaces: ['emit'], dialects: { emit } });
    const entries = impostor.targets().map((entry) => ({ ...entry, deadlines: { answerMs: 300 } }));
    const { checks } = await judge(await onlyTarget(entries), emit);
    await impostor.close();
    const passed = checks.filter(({ outcome, level }) => outcome === 'passed' && level === 'MUST');
    expect(passed.map((check) => `${check.case} ${check.requirement}`)).toEqual([]);
    expect(checks.length).toBeGreaterThan(500);
  });
});
