import { describe, expect, it } from 'vitest';
import { totalsOf } from './test-totals.js';

function fileOf(status: string, ...tests: string[]) {
  return { status, assertionResults: tests.map((test) => ({ status: test })) };
}

describe('the totals of a test run', () => {
  it('add up over files', () => {
    const testResults = [fileOf('passed', 'passed', 'passed'), fileOf('failed', 'passed', 'failed')];
    expect(totalsOf({ testResults })).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  it('count every test that did not run as skipped', () => {
    const testResults = [fileOf('passed', 'skipped', 'pending', 'todo')];
    expect(totalsOf({ testResults })).toEqual({ passed: 0, failed: 0, skipped: 3 });
  });

  it('count a file that does not load as a failure', () => {
    expect(totalsOf({ testResults: [fileOf('failed')] })).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
