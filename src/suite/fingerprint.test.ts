import { describe, expect, it } from 'vitest';
import { fingerprintOf, telling } from './fingerprint.ts';
import { instead, insteadText } from './judgement.ts';

const finding = { rule: 'data', expected: 'no data', ...instead({ blob: 'x' }, '/data') };

describe('a fingerprint', () => {
  it('is rule, pointer and shape', () => {
    expect(fingerprintOf(finding)).toEqual({ rule: 'data', pointer: '/data', shape: '{blob: string}' });
  });

  it('takes a shape from the words where a finding has none', () => {
    expect(fingerprintOf({ rule: 'status', expected: 'status 403', actual: 'status 200' })).toEqual({
      rule: 'status',
      shape: 'status 200',
    });
  });

  it('holds no position in a list, not even in a rule', () => {
    const at = (n: number) =>
      fingerprintOf({ rule: `schema /items/${n}/id`, expected: 'x', ...instead('y', `/items/${n}/id`) });
    expect(at(3)).toEqual(at(12));
  });

  it('of what a target said as text does not depend on where it was cut', () => {
    const long = (n: number) => `{"id":"${'x'.repeat(n)}","ok":true}`;
    expect(insteadText(long(400)).shape).toBe(insteadText(long(4)).shape);
  });
});

describe('the findings that are kept', () => {
  it('are the first, and the first of each further kind', () => {
    const many = Array.from({ length: 50 }, () => finding);
    const other = { ...finding, rule: 'late' };
    expect(telling([...many, other, other], 20)).toEqual([...many.slice(0, 20), other]);
  });

  it('are bounded, however many kinds there are', () => {
    const many = Array.from({ length: 5000 }, (_, at) => ({ ...finding, rule: `rule ${'x'.repeat(at)}` }));
    expect(telling(many, 20).length).toBeLessThanOrEqual(100);
  });
});
