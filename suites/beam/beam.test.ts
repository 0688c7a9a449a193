import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/conform/check-result.ts';
import { makePlan } from '../../src/conform/plan.ts';
import { type RunResult, run } from '../../src/conform/run.ts';
import type { JsonObject } from '../../src/contract/json.ts';
import { loadContract } from '../../src/contract/load.ts';
import { startReference } from '../../src/reference/start.ts';
import type { SuiteFactory } from '../../src/suite/surface.ts';
import { targetsOf } from '../../src/target/load.ts';
import { beamSuite } from './index.ts';

const contract = await loadContract();
const { openPoints, dialects } = contract.beam;
const suites = { beam: beamSuite } as Readonly<Record<'emit' | 'pusher' | 'beam', SuiteFactory>>;
const patience = 120_000;

/** Long enough for a busy machine; a server that never answers is given up after three times. */
const _answerMs = 1500;

async function judged(
  entries: readonly JsonObject[],
  options: { readonly jobs?: number; readonly dialect?: string; readonly answerMs?: number } = {},
): Promise<RunResult> {
  const deadlines = { connectMs: 10_000, answerMs: options.answerMs ?? 10_000 };
  const wanted = entries.filter(
    ({ dialect }) => options.dialect === undefined || dialect === options.dialect,
  );
  const targets = await targetsOf(
    wanted.map((entry) => ({ deadlines, ...entry })),
    'a test',
    contract,
  );
  const planned = targets.map((target) => ({ target, dialect: target.dialect }));
  return run(makePlan(contract, planned, suites, { only: [], slow: false }), {
    jobs: options.jobs ?? 16,
    seed: 1,
    multiplier: 1,
    level: 'must',
    slow: false,
    bail: false,
    waitMs: 0,
    repeat: 1,
    version: 'test',
    contractHash: contract.hash,
    command: '',
    reporters: [],
    signal: new AbortController().signal,
  });
}

/** A reference server with these deviations, put through the suite. */
async function judgedReference(
  { faults = [], readings = {}, tls = false }: Partial<Pick<Reference, 'faults' | 'readings' | 'tls'>>,
  options: Parameters<typeof judged>[1] = {},
): Promise<RunResult> {
  const reference = await startReference({ contract, port: 0, surfaces: ['beam'], faults, readings, tls });
  try {
    return await judged(reference.targets(), options);
  } finally {
    await reference.close();
  }
}

type Reference = Parameters<typeof startReference>[0];

const isGood = ({ outcome }: CheckResult): boolean =>
  outcome === 'passed' || outcome === 'ambiguous' || outcome === 'not-applicable';

function brief({ case: id, findings, outcome, reason, requirement, target }: CheckResult): string {
  const [finding] = findings;
  const why = finding ? `${finding.rule}: expected ${finding.expected}, got ${finding.actual}` : reason;
  return `${target} ${id} ${requirement} ${outcome}: ${why}`;
}

const bad = (result: RunResult): string[] => result.checks.filter((check) => !isGood(check)).map(brief);

describe('the reference server', () => {
  it.each([1, 16])(
    'conforms in both dialects, three times in a row, with %i jobs',
    { timeout: patience },
    async (jobs) => {
      for (let round = 0; round < 3; round += 1) {
        const result = await judgedReference({}, { jobs });
        expect(bad(result)).toEqual([]);
        expect(result.verdict).toBe('conformant');
        const resolved = result.outcomes
          .flatMap(({ points }) => points)
          .filter((point) => point.resolved.length === 1);
        expect(resolved).toHaveLength(openPoints.length * Object.keys(dialects).length);
      }
    },
  );

  it('conforms over TLS, where nothing is not applicable but what other dialects ask', {
    timeout: patience,
  }, async () => {
    const result = await judgedReference({ tls: true });
    expect(bad(result)).toEqual([]);
    const passed = result.checks
      .filter(({ outcome }) => outcome === 'passed')
      .map((check) => check.requirement);
    expect(passed).toEqual(expect.arrayContaining(['B9', 'B9i']));
  });

  const readings = openPoints.flatMap(({ id, readings: values }) =>
    values.slice(1).map((value) => [id, value] as const),
  );
  it.each(readings)('conforms with %s = %s', { timeout: patience }, async (id, value) => {
    const result = await judgedReference({ readings: { [id]: value } });
    expect(bad(result)).toEqual([]);
    const [own] = result.outcomes.flatMap(({ points }) =>
      points.filter((point) => point.id === id && point.target === 'beam-document'),
    );
    expect(own?.resolved).toContain(value);
  });
});
