import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { all, failed, instead, insteadText, outcomes, passed, show, untestable, worse } from './judgement.ts';

const one = { rule: 'one', expected: 'a', actual: 'b' };
const other = { rule: 'other', expected: 'a', actual: 'c' };
const notApplicable = { kind: 'not-applicable', reason: 'no TLS' } as const;

describe('all', () => {
  it('fails with every finding where one of them fails, whatever the others are', () => {
    expect(all([passed(['a']), failed(one), untestable('no token'), failed(other)])).toEqual({
      kind: 'failed',
      findings: [one, other],
    });
  });

  it('fails where one of them fails, and that is all there is', () => {
    expect(all([failed(one)])).toEqual(failed(one));
  });

  it('cannot tell where one of them could not, and says why', () => {
    expect(all([passed(['a']), untestable('no token'), untestable('no space')])).toEqual(
      untestable('no token'),
    );
  });

  it('passes where all pass, and rests on all that they rest on', () => {
    expect(all([passed(['a', 'b']), passed(['b', 'c'])])).toEqual(passed(['a', 'b', 'c']));
  });

  it('keeps the readings of each', () => {
    const [first, second] = ['1', '0'].map((value) => ({ point: 'A33', value }));
    const both = [first, second].map((reading) => passed(['a'], reading ? { readings: [reading] } : {}));
    expect(all(both)).toMatchObject({ readings: [first, second] });
  });

  it('keeps a single reading, and names none where there is none', () => {
    const readings = [{ point: 'A33', value: '1' }];
    expect(all([passed(['a'], { readings }), passed(['b'])])).toEqual(passed(['a', 'b'], { readings }));
    expect(all([passed(['a'])])).not.toHaveProperty('readings');
  });

  it('passes over what does not apply', () => {
    expect(all([notApplicable, passed(['a'])])).toEqual(passed(['a']));
  });

  it.each([
    ['nothing at all', []],
    ['what does not apply alone', [notApplicable]],
  ])('never passes on %s', (_, judgements) => {
    expect(all(judgements)).toMatchObject({ kind: 'untestable' });
  });
});

describe('worse', () => {
  const some = fc.constantFrom(...outcomes);

  it('is the one that comes first in the list', () => {
    expect([worse('passed', 'failed'), worse('error', 'failed'), worse('not-run', 'excluded')]).toEqual([
      'failed',
      'failed',
      'excluded',
    ]);
  });

  it('does not depend on the order in which outcomes are compared', () => {
    fc.assert(
      fc.property(some, some, some, (a, b, c) => {
        expect(worse(a, b)).toBe(worse(b, a));
        expect(worse(a, worse(b, c))).toBe(worse(worse(a, b), c));
        expect(worse(a, 'passed')).toBe(a);
      }),
    );
  });
});

describe('show', () => {
  it('says that nothing is there', () => {
    expect(show(undefined)).toBe('absent');
  });

  it('cuts what is long, and says how long it was', () => {
    expect(show('x'.repeat(300), 10)).toBe('"xxxxxxxxx… (302 characters)');
  });

  it('is cut past 160 characters, and not before', () => {
    const fits = `"${'x'.repeat(158)}"`;
    expect(show('x'.repeat(158))).toBe(fits);
    expect(show('x'.repeat(159))).toBe(`"${'x'.repeat(159)}… (161 characters)`);
  });

  it('is one line, whatever the value', () => {
    const unit = fc.constantFrom('a', '"', '\n', '\r', '\t', '…');
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit }), fc.array(fc.string({ unit }))), (value) => {
        expect(show(value)).not.toMatch(/[\n\r]/);
      }),
    );
  });
});

describe('what was there instead', () => {
  it('is shown with its shape, and with its place where that is known', () => {
    expect(instead({ a: 1 })).toEqual({ actual: '{"a":1}', shape: '{a: number}' });
    expect(instead(null, '/data')).toEqual({ actual: 'null', shape: 'null', pointer: '/data' });
  });

  it('is the first 160 characters of a text', () => {
    expect(insteadText(`0${'x'.repeat(200)}`)).toEqual({ actual: `0${'x'.repeat(159)}`, shape: 'text' });
  });
});
