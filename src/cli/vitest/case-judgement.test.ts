import { describe, expect, it } from 'vitest';
import { aResult } from '../../conform/a-result.ts';
import type { StaleEntry } from '../../conform/baseline/baseline.ts';
import { caseResults } from '../../conform/cases.ts';
import type { CheckResult } from '../../conform/check-result.ts';
import { outcomes } from '../../suite/judgement.ts';
import { judgementOf } from './case-judgement.ts';

const must = { level: 'must', stale: [] } as const;
const judged = (results: readonly CheckResult[], by: Parameters<typeof judgementOf>[1] = must) =>
  judgementOf(
    caseResults(results, () => []),
    by,
  );
const finding = { rule: 'r', expected: 'this', actual: 'that' };
const should = { requirement: 'E1i', level: 'SHOULD' } as const;

describe('the test of a case', () => {
  it.each([
    ['passed', 'passed'],
    ['ambiguous', 'passed'],
    ['untestable', 'skipped'],
    ['excluded', 'skipped'],
    ['not-run', 'skipped'],
    ['not-applicable', 'skipped'],
    ['failed', 'failed'],
    ['error', 'failed'],
  ] as const)('is, where its check is %s, %s', (outcome, kind) => {
    expect(judged([aResult(outcome, { reason: 'why' })]).kind).toBe(kind);
  });

  it('has a word on every outcome there is', () => {
    for (const outcome of outcomes)
      expect(judged([aResult(outcome)]).kind).toMatch(/^(passed|skipped|failed)$/);
  });

  it('fails with what was expected, what came, and where the requirement stands', () => {
    const told = judged([aResult('failed', { findings: [finding] })]);
    expect(told).toEqual({
      kind: 'failed',
      at: ['specs/emit/requirements.yaml:1'],
      message: expect.stringMatching(/^MUST E1: .*\n(.*\n)* {2}expected {2}this\n {2}actual {4}that$/),
    });
  });

  it('is not failed by a SHOULD, unless that decides; the test says so all the same', () => {
    const results = [aResult('passed'), aResult('failed', { ...should, findings: [finding] })];
    expect(judged(results)).toEqual({
      kind: 'passed',
      notes: ['E1i failed, which decides nothing (SHOULD): expected this; actual that'],
    });
    expect(judged(results, { level: 'should', stale: [] }).kind).toBe('failed');
  });

  it('is skipped where a SHOULD is all it has, and fails', () => {
    expect(judged([aResult('failed', should)])).toMatchObject({ kind: 'skipped' });
  });

  it('fails by an error, whatever its level', () => {
    const told = judged([aResult('passed'), aResult('error', { ...should, reason: 'the judge broke: x' })]);
    expect(told).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('Plumbline or a driver is to blame'),
    });
  });

  it('does not pass by one target what another could not show', () => {
    const results = [aResult('passed'), aResult('untestable', { target: 'other', reason: 'no token' })];
    expect(judged(results)).toEqual({ kind: 'skipped', reason: 'other: E1 untestable: no token' });
  });

  it('leaves out what does not apply to one of the targets', () => {
    const results = [aResult('passed'), aResult('not-applicable', { target: 'other', reason: 'a relay' })];
    expect(judged(results).kind).toBe('passed');
  });

  it('fails though it passed, where the baseline says that it does not', () => {
    const stale: StaleEntry = {
      ...{
        target: 'mine',
        case: 'emit/a/case',
        requirement: 'E1',
        rule: 'r',
        at: 'known.yaml:3',
        why: 'passed',
      },
      reason: 'the check has passed',
    };
    expect(judged([aResult('passed')], { level: 'must', stale: [stale] })).toEqual({
      kind: 'failed',
      message: 'the baseline no longer fits: the check has passed (known.yaml:3)',
      at: ['specs/emit/requirements.yaml:1', 'known.yaml:3'],
    });
  });

  it('fails where rounds differ, even if the last one failed as it is known to', () => {
    const flaky = aResult('failed', { known: 'yes', flaky: true, reason: 'passed 1, failed 1' });
    expect(judged([flaky]).kind).toBe('failed');
  });
});
