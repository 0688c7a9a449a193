import { describe, expect, it } from 'vitest';
import { aResult } from './a-result.ts';
import { caseResults } from './cases.ts';

const finding = { rule: 'wrong', expected: 'right', actual: 'wrong' };
const folded = (...results: Parameters<typeof caseResults>[0]) => caseResults(results, () => ['the wire']);

describe('a case', () => {
  it('is told once per target, with all of its checks', () => {
    const cases = folded(
      aResult('passed'),
      aResult('passed', { requirement: 'E2' }),
      aResult('passed', { target: 'other' }),
      aResult('passed', { case: 'emit/b' }),
    );
    expect(cases.map(({ target, id, checks }) => [target, id, checks.length])).toEqual([
      ['mine', 'emit/a/case', 2],
      ['other', 'emit/a/case', 1],
      ['mine', 'emit/b', 1],
    ]);
  });

  it('shows the worst of its MUST checks', () => {
    const [one] = folded(
      aResult('passed'),
      aResult('untestable', { requirement: 'E2' }),
      aResult('failed', { requirement: 'E2i', level: 'SHOULD' }),
    );
    expect(one).toMatchObject({ outcome: 'untestable', level: 'MUST' });
  });

  it('shows the worst of all where none is a MUST', () => {
    const [one] = folded(aResult('passed', { level: 'SHOULD' }), aResult('ambiguous', { level: 'SHOULD' }));
    expect(one).toMatchObject({ outcome: 'ambiguous', level: 'SHOULD' });
  });

  it('is not decided by what does not apply', () => {
    const other = aResult('failed', { requirement: 'E2i', level: 'SHOULD' });
    const [one] = folded(aResult('not-applicable'), other);
    expect(one).toMatchObject({ outcome: 'failed', level: 'SHOULD' });
    expect(folded(aResult('not-applicable'))[0]).toMatchObject({ outcome: 'not-applicable', level: 'MUST' });
  });

  it('has every finding with its requirement, and the wire around one', () => {
    const [one] = folded(aResult('passed'), aResult('failed', { requirement: 'E2', findings: [finding] }));
    expect(one).toMatchObject({ findings: [{ requirement: 'E2', ...finding }], transcript: ['the wire'] });
  });

  it('shows no wire where nothing was found', () => {
    expect(folded(aResult('untestable'))[0]).toMatchObject({ findings: [], transcript: [] });
  });

  it('has the notes of its checks as observations', () => {
    expect(folded(aResult('passed', { note: 'fence: an answer' }))[0]?.observations).toEqual([
      'fence: an answer',
    ]);
  });
});
