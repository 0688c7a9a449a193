import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../conform/run-event.ts';
import type { Outcome } from '../suite/judgement.ts';
import { compare } from './compare.ts';
import { caseOf, check } from './sample-run.ts';

const run = (outcome: Outcome, level: 'MUST' | 'SHOULD' | 'MAY'): RunEvent[] => [
  caseOf('emit/a', [check(outcome, { level })]),
];

describe('a check that fails, and did not before', () => {
  it.each(['MUST', 'SHOULD'] as const)('is a new failure, where it is a %s', (level) => {
    const { failures, changed } = compare(run('passed', level), run('failed', level));
    expect([failures.length, changed.length]).toEqual([1, 0]);
  });

  it('has merely changed where it is only tried', () => {
    const { failures, changed } = compare(run('not-applicable', 'MAY'), run('failed', 'MAY'));
    expect(failures).toEqual([]);
    expect(changed).toMatchObject([{ level: 'MAY', before: 'not-applicable', now: 'failed' }]);
  });
});
