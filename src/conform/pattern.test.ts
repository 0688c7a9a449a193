import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../contract/contract.ts';
import { type Named, parsePattern, selection } from './pattern.ts';

const named = (id: string, more: Partial<Named> = {}): Named => ({
  target: 'mine',
  case: id,
  requirement: 'E1',
  ...more,
});
const matches = (pattern: string, one: Named): boolean => parsePattern(pattern).matches(one);

/** What stands in our case ids, and what means something in regular expressions or URLs. */
const segment = fc.string({
  unit: fc.constantFrom(...'abcXYZ019-_.:+?^$(){}[]| ü'),
  minLength: 1,
  maxLength: 8,
});
const ids = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
const surfaced = ids.map((id) => `emit/${id}`);

describe('a pattern', () => {
  it('that is the id of a case matches it', () => {
    fc.assert(
      fc.property(surfaced, (id) => {
        expect(matches(id, named(id))).toBe(true);
      }),
    );
  });

  it('that is the id of a case matches no other case', () => {
    fc.assert(
      fc.property(surfaced, surfaced, (id, other) => {
        fc.pre(id !== other);
        expect(matches(id, named(other))).toBe(false);
      }),
    );
  });

  it('says which target it is limited to, if it is', () => {
    expect(parsePattern('mine:emit/a').target).toBe('mine');
    for (const text of ['*:emit/a', 'emit/a']) expect(parsePattern(text)).not.toHaveProperty('target');
  });

  it('that is a requirement matches whatever case asks for it', () => {
    expect(matches('A21.checkpoint', named('emit/a', { requirement: 'A21.checkpoint' }))).toBe(true);
    expect(matches('E1', named('emit/a', { requirement: 'E11' }))).toBe(false);
  });

  it('with * takes one segment, or a part of one', () => {
    expect(matches('emit/*/none', named('emit/job/none'))).toBe(true);
    expect(matches('emit/jo*/n*e', named('emit/job/none'))).toBe(true);
    expect(matches('emit/*', named('emit/job/none'))).toBe(false);
  });

  it('with any number of * takes what can be shared out among them, and nothing else', () => {
    /** Slow and plain: each * takes each beginning of what is left. */
    const fits = (pattern: string, part: string): boolean => {
      if (pattern === '') return part === '';
      if (pattern[0] !== '*') return pattern[0] === part[0] && fits(pattern.slice(1), part.slice(1));
      return Array.from({ length: part.length + 1 }, (_, n) => n).some((n) =>
        fits(pattern.slice(1), part.slice(n)),
      );
    };
    // So few letters that most patterns nearly match.
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 6 });
    const parts = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(patterns, parts, (pattern, part) => {
        fc.pre(!pattern.includes('**'));
        expect(matches(`emit/${pattern}`, named(`emit/${part}`))).toBe(fits(pattern, part));
      }),
      { numRuns: 2000 },
    );
  });

  it('with ** takes any number of segments, none too', () => {
    fc.assert(
      fc.property(ids, (id) => {
        for (const pattern of ['**', 'emit/**', '**/last', 'emit/**/last', `emit/${id}/**`]) {
          expect(matches(pattern, named(`emit/${id}/last`))).toBe(true);
        }
        expect(matches('emit/**/last', named('emit/last'))).toBe(true);
        expect(matches('pusher/**', named(`emit/${id}`))).toBe(false);
      }),
    );
  });

  it('with a target takes that target alone', () => {
    expect(matches('mine:emit/a', named('emit/a'))).toBe(true);
    expect(matches('other:emit/a', named('emit/a'))).toBe(false);
    expect(matches('*:emit/a', named('emit/a', { target: 'whichever' }))).toBe(true);
    expect(matches('mine:E1', named('emit/a'))).toBe(true);
  });

  it('takes a colon in an id for what it is', () => {
    expect(matches('pusher/event/pusher:ping', named('pusher/event/pusher:ping'))).toBe(true);
  });

  it.each(['', ' ', 'mine: '])('that is empty (%j) is refused: it would select nothing', (text) => {
    expect(() => parsePattern(text)).toThrow(InputError);
  });

  it('takes its time from its length, not from how often it could match', () => {
    const id = Array.from({ length: 40 }, () => 'a').join('/');
    const pattern = `${'**/a*a*a*/'.repeat(8)}b`;
    expect(matches(pattern, named(id))).toBe(false);
  });
});

describe('a selection', () => {
  const known = ['emit/handshake/job/garbage', 'emit/handshake/job/none', 'emit/scope/acked'].map((id) =>
    named(id),
  );

  it('without patterns takes everything', () => {
    expect(known.filter(selection([], known))).toEqual(known);
  });

  it('takes what any of its patterns matches', () => {
    const selected = known.filter(selection(['emit/scope/*', '**/none'], known));
    expect(selected).toEqual([known[1], known[2]]);
  });

  it('is refused where one of its patterns matches nothing, and names it', () => {
    expect(() => selection(['emit/scope/*', 'emit/no/such'], known)).toThrow(InputError);
    expect(() => selection(['emit/scope/*', 'emit/no/such'], known)).toThrow('--only emit/no/such');
  });

  it.each([
    ['the beginning of a name', 'emit/handshake/job/garb', 'is it emit/handshake/job/garbage?'],
    ['another place', 'emit/garbage', 'is it emit/handshake/job/garbage?'],
    ['a letter too few', 'emit/handshake/job/garbge', 'did you mean emit/handshake/job/garbage'],
    ['letters in another order', 'emit/scoep/ackde', 'did you mean emit/scope/acked?'],
    ['a requirement', 'E2', 'did you mean E1?'],
  ])('hints at what was meant: %s', (_, pattern, expected) => {
    expect(() => selection([pattern], known)).toThrow(expected);
  });

  it('hints at the first of several that may have been meant', () => {
    expect(() => selection(['emit/job'], known)).toThrow('is it emit/handshake/job/garbage?');
  });

  it('does not guess where nothing is near', () => {
    const many = Array.from({ length: 20 }, (__, n) => named(`emit/case/${n}`));
    expect(() => selection(['Q99999'], many)).toThrow('there are 21, none like it (see --list)');
  });
});
