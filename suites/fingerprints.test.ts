import { describe, expect, it } from 'vitest';
import { baselineOf } from '../src/conform/baseline/a-baseline.ts';
import { updatedBaseline } from '../src/conform/baseline/update-baseline.ts';
import type { CheckResult } from '../src/conform/check-result.ts';
import { makePlan, type TargetPlan } from '../src/conform/plan.ts';
import { run } from '../src/conform/run.ts';
import { loadContract } from '../src/contract/load.ts';
import type { SurfaceName } from '../src/contract/requirement.ts';
import { startReference } from '../src/reference/start.ts';
import { fingerprintKey, fingerprintOf } from '../src/suite/fingerprint.ts';
import { targetsOf } from '../src/target/load.ts';
import { suites } from './index.ts';

const contract = await loadContract();
const gates = ({ level }: CheckResult): boolean => level === 'MUST';

/** What a reference server with these faults comes to, drawn by a seed. */
async function judged(
  surface: SurfaceName,
  faults: readonly string[],
  only: readonly string[],
  seed: number,
): Promise<{ readonly plans: readonly TargetPlan[]; readonly checks: readonly CheckResult[] }> {
  const reference = await startReference({ contract, port: 0, surfaces: [surface], faults });
  try {
    const deadlines = { connectMs: 10_000, answerMs: 1500 };
    const entries = reference.targets().map((entry) => ({ deadlines, ...entry }));
    const targets = await targetsOf(entries, 'a test', contract);
    const planned = targets.map((target) => ({ target, dialect: target.dialect }));
    const plans = makePlan(contract, planned, suites, { only, slow: false });
    const { checks } = await run(plans, {
      ...{ jobs: 16, seed, multiplier: 1, level: 'must', slow: false, bail: false, waitMs: 0, repeat: 1 },
      ...{ version: 'test', contractHash: contract.hash, command: '', reporters: [] },
      signal: new AbortController().signal,
    });
    return { plans, checks };
  } finally {
    await reference.close();
  }
}

/** Check → the fingerprints of its failure. */
function fingerprints(checks: readonly CheckResult[]): Record<string, string[]> {
  const broken = checks.filter(({ outcome }) => outcome === 'failed');
  return Object.fromEntries(
    broken.map(({ target, case: id, requirement, findings }) => [
      `${target} ${id} ${requirement}`,
      [...new Set(findings.map((finding) => fingerprintKey(fingerprintOf(finding))))].sort(),
    ]),
  );
}

/** Leaks, shapes, order, absence, refusals, values: each kind of finding, on each surface. */
const broken: readonly (readonly [SurfaceName, string, readonly string[]])[] = [
  ['emit', 'emit/checkpoint-kept-for-progress', ['emit/scope/**']],
  ['emit', 'emit/refuses-unscoped-on-space', ['emit/handshake/**']],
  ['emit', 'emit/init-with-wrong-status', ['emit/init/**']],
  ['emit', 'emit/result-encoded-twice', ['emit/payload/**', 'emit/flow/**']],
  ['beam', 'beam/output-when-asked', ['beam/flow/one-input/**']],
  ['beam', 'beam/answers-twice', ['beam/always/**', 'beam/operation/**']],
  ['pusher', 'pusher/closes-protocol-0-with-4100', ['pusher/connecting/**']],
  ['pusher', 'pusher/admits-other-socket', ['pusher/subscribe/**']],
  // Also of events that the harness publishes, whose names are drawn.
  ['pusher', 'pusher/data-encoded-once', ['pusher/always/frames']],
];

describe('the same failure has the same fingerprint, whatever was drawn', () => {
  it.each(broken)('%s with %s', { timeout: 120_000 }, async (surface, fault, only) => {
    const one = await judged(surface, [fault], only, 11);
    const other = await judged(surface, [fault], only, 4242);
    const known = fingerprints(one.checks);
    expect(Object.keys(known).length).toBeGreaterThan(0);
    expect(fingerprints(other.checks)).toEqual(known);

    // So that a baseline which the one has written excuses the other, and says that nothing has changed.
    const today = '2026-05-01';
    const from = { gates, isInterrupted: false, slow: false, destructive: false, today };
    const empty = baselineOf('{ format: plumbline-baseline/1, entries: [] }', one.plans);
    const { text } = updatedBaseline({ ...from, text: undefined, baseline: empty, results: one.checks });
    const baseline = baselineOf(text, other.plans);
    const marked = other.checks.map((check) => baseline.mark(check));
    expect(marked.filter((check) => check.outcome === 'failed' && gates(check) && !check.known)).toEqual([]);
    expect(baseline.report(marked, false).stale).toEqual([]);
  });
});
