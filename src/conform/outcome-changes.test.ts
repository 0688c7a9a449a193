import { describe, expect, it } from 'vitest';
import { outcomeChanges, outcomesIn, type ResultOfRun } from './outcome-changes.ts';

const result = (
  outcome: 'passed' | 'failed' | 'error',
  more: Partial<ResultOfRun['cases'][number]> = {},
) => ({
  cases: [
    {
      id: 'emit/a',
      target: 'mine',
      checks: [{ requirement: 'E1', outcome, reason: 'because' }],
      findings: [],
      ...more,
    },
  ],
});

describe('two runs of the same thing', () => {
  it('agree where every outcome is the same, whatever the reasons', () => {
    const one = outcomesIn(result('passed'));
    const other = outcomesIn(result('passed', { findings: [] }));
    expect(outcomeChanges(one, other)).toEqual([]);
  });

  it('differ by the check that changed, and how', () => {
    const findings = [{ requirement: 'E1', expected: 'an init', actual: 'none' }];
    const changes = outcomeChanges(outcomesIn(result('passed')), outcomesIn(result('failed', { findings })));
    expect(changes).toEqual([
      {
        check: 'mine:emit/a E1',
        first: { outcome: 'passed', why: 'because' },
        now: { outcome: 'failed', why: 'expected an init; actual none' },
      },
    ]);
  });

  it('differ where a check is there in one of them alone', () => {
    const none = outcomesIn({ cases: [] });
    expect(outcomeChanges(outcomesIn(result('passed')), none)).toHaveLength(1);
    expect(outcomeChanges(none, outcomesIn(result('passed')))).toHaveLength(1);
  });
});
