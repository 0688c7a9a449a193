import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makePlan } from '../../src/conform/plan.ts';
import type { RunOptions } from '../../src/conform/run.ts';
import { runPlans } from '../../src/conform/run-toy.ts';
import { loadContract } from '../../src/contract/load.ts';
import { emitFaults } from '../../src/reference/emit/faults.ts';
import { type Reference, startReference } from '../../src/reference/start.ts';
import { targetsOf } from '../../src/target/load.ts';
import type { EmitTarget } from '../../src/target/target.ts';
import { suites } from '../index.ts';

const contract = await loadContract();

const serveAs = (emit: string, ...faults: readonly string[]): Promise<Reference> =>
  startReference({ contract, port: 0, surfaces: ['emit'], dialects: { emit }, faults });
const serve = (...faults: readonly string[]): Promise<Reference> => serveAs('emit@1', ...faults);

async function targetOf(reference: Reference): Promise<EmitTarget> {
  const [target] = await targetsOf(reference.targets(), 'the reference', contract);
  if (target?.surface !== 'emit') throw new Error('no emit target');
  return target;
}

/** Judges a running server by the version that it speaks, as far as the patterns select. */
async function judged(reference: Reference, only: readonly string[] = [], options: Partial<RunOptions> = {}) {
  const target = await targetOf(reference);
  const chosen = [{ target, dialect: target.dialect }];
  return runPlans(makePlan(contract, chosen, suites, { only, slow: false }), { multiplier: 1, ...options });
}

type Judged = Awaited<ReturnType<typeof judged>>;

/** Check → outcome. */
const outcomesOf = ({ checks }: Judged, of: (id: string) => boolean = () => true): Record<string, string> =>
  Object.fromEntries(
    checks
      .filter((check) => of(check.case))
      .map((check) => [`${check.case} ${check.requirement}`, check.outcome]),
  );

describe.each(Object.keys(contract.emit.dialects))('the reference server of %s', (dialect) => {
  let alone: Judged;
  let together: Judged;
  beforeAll(async () => {
    const [one, other] = await Promise.all([serveAs(dialect), serveAs(dialect)]);
    [alone, together] = await Promise.all([judged(one, [], { jobs: 1 }), judged(other, [], { jobs: 16 })]);
    await Promise.all([one.close(), other.close()]);
  });

  it('is conformant', () => {
    expect(together).toMatchObject({ verdict: 'conformant', exit: 0, scope: 'full' });
  });

  it('passes every check, but for open points, which are ambiguous', () => {
    const others = together.checks.filter(({ outcome }) => !['passed', 'not-applicable'].includes(outcome));
    const points = contract.emit.openPoints.flatMap(({ id, dialects }) =>
      (dialects?.includes(dialect) ?? true) ? [id] : [],
    );
    expect(others.map(({ requirement }) => requirement)).toEqual(points);
    expect(new Set(others.map(({ outcome }) => outcome))).toEqual(new Set(['ambiguous']));
  });

  it('comes to the same, check by check, whether scenes are performed alone or side by side', () => {
    expect(outcomesOf(alone)).toEqual(outcomesOf(together));
  });

  it('is given every job that was made back, ended', async () => {
    const made = together.outcomes.flatMap(({ recordings }) =>
      [...recordings.values()].flatMap(({ jobs }) => Object.values(jobs)),
    );
    const retired = together.checks.filter(({ reason }) => reason?.includes('could not be ended'));
    expect(made.length).toBeGreaterThan(50);
    expect(retired).toEqual([]);
  });
});

describe('a fault is caught by a check of what it breaks first', () => {
  const rows = Object.entries({
    'emit/checkpoint-kept-for-progress': 'emit/scope/**',
    'emit/foreign-job-admitted': 'emit/handshake/**',
    'emit/progress-coalesced': 'emit/burst/**',
  }).map(([id, pattern]) => {
    const fault = emitFaults(contract.emit.rules).find((one) => one.id === id);
    return [id, fault?.breaks[0], pattern] as const;
  });

  it.concurrent.each(rows)('%s by one of %s', async (id, requirement, pattern) => {
    const reference = await serve(id);
    const { checks, exit } = await judged(reference, [pattern]);
    await reference.close();
    const caught = checks.filter((check) => check.outcome === 'failed').map((check) => check.requirement);
    expect(caught).toContain(requirement);
    expect(exit).toBe(1);
  });
});

describe('--only', () => {
  // None of them holds anything back, so that no deadline is waited for.
  const faults = [
    'emit/checkpoint-kept-for-progress',
    'emit/foreign-job-admitted',
    'emit/stripped-to-empty-object',
  ];
  let whole: Judged;
  beforeAll(async () => {
    const reference = await serve(...faults);
    whole = await judged(reference);
    await reference.close();
  });

  it.concurrent.each([
    'emit/handshake/job/foreign-read',
    'emit/scope/checkpoint/stripped-for-progress',
    'emit/scope/completed/kept-for-read',
    'emit/init/running',
    'emit/isolation/foreign-tenant-on-the-space-stream',
    'emit/payload/progress/nested',
    'emit/rest/create/public',
    'emit/burst/full',
    'emit/robustness/binary',
    'emit/clock/delivery-timeout',
  ])('gives %s the outcome that it has in the whole run', async (id) => {
    const expected = outcomesOf(whole, (one) => one === id);
    expect(Object.keys(expected)).not.toHaveLength(0);
    // A server of its own: of what two runs make side by side, each would poll the other's.
    const reference = await serve(...faults);
    const part = await judged(reference, [id]);
    await reference.close();
    expect(outcomesOf(part, (one) => one === id)).toEqual(expected);
  });
});

describe('a job of somebody else in one of our spaces', () => {
  /** A run of some scenes on a server in whose first space somebody has a job. */
  async function withForeignJob() {
    const reference = await serve();
    onTestFinished(() => reference.close());
    const target = await targetOf(reference);
    const [space] = target.spaces;
    const api = `${target.urls.http}/api/v1`;
    const key = (name: 'producer' | 'read') => ({ 'x-api-key': String(space?.tokens[name]) });
    const made = await fetch(`${api}/spaces/${space?.id}/jobs`, {
      method: 'POST',
      headers: { ...key('producer'), 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'somebody else’s', payload: {} }),
    });
    const { id } = (await made.json()) as { readonly id: string };
    const result = await judged(reference, ['emit/init/**', 'emit/isolation/**'], { jobs: 1 });
    const read = await fetch(`${api}/jobs/${id}`, { headers: key('read') });
    const { status } = (await read.json()) as { readonly status: string };
    return { id, status, result, space: space?.id };
  }

  it('is left alone, and stops that space by name, while the rest goes on in others', async () => {
    const { id, status, result, space } = await withForeignJob();
    expect(['pending', 'delivered']).toContain(status);
    const errors = result.checks.filter(({ outcome }) => outcome === 'error');
    expect(new Set(errors.map(({ scene }) => scene)).size).toBe(1);
    expect(errors[0]?.reason).toContain(`space ${space}: a poll handed out the job ${id}`);
    const run = result.checks.filter(({ outcome }) => outcome !== 'not-run');
    expect(new Set(run.map(({ outcome }) => outcome))).toEqual(new Set(['error', 'passed']));
    expect(result).toMatchObject({ verdict: 'incomplete', exit: 3 });
  });
});
