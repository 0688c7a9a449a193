import { describe, expect, it } from 'vitest';
import type { Applies, Requirement } from '../contract/requirement.ts';
import type { Target } from '../target/target.ts';
import { bearer, isSecure, whyNot } from './applies.ts';
import { planToy, toyRequirement, toyTarget } from './toy-suite.ts';

const [plan] = planToy({});
const surface = plan?.suite.surface;
if (!surface) throw new Error('no plan');

const pusher = (more: object): Target =>
  ({ ...toyTarget(), surface: 'pusher', role: 'application', urls: {}, ...more }) as unknown as Target;

const why = (applies: Applies, target: Target = toyTarget(), dialect = 'toy') =>
  whyNot(applies, target, dialect, surface);

describe('a requirement applies to a target', () => {
  it('where it asks for nothing', () => {
    expect(why({})).toBeUndefined();
  });

  it('of its dialect only', () => {
    expect(why({ dialects: ['toy', 'other'] })).toBeUndefined();
    expect(why({ dialects: ['other'] })).toBe('not of dialect toy');
  });

  it('of its role only: a relay is not asked for lifecycles', () => {
    expect(why({ role: 'application' }, pusher({ role: 'application' }))).toBeUndefined();
    expect(why({ role: 'application' }, pusher({ role: 'relay' }))).toBe(
      'asked of an application only; this target is a relay',
    );
  });

  it('over TLS only: ws:// is not asked for it', () => {
    expect(why({ scheme: 'secure' }, toyTarget({ urls: { ws: 'wss://a' } }))).toBeUndefined();
    expect(why({ scheme: 'secure' })).toBe('asked of wss:// and https:// only');
  });

  it('that offers all it asks for', () => {
    const target = toyTarget({ capabilities: ['revoke'] });
    expect(why({ offers: ['revoke'] }, target)).toBeUndefined();
    expect(why({ offers: ['revoke', 'trigger-api'] }, target)).toBe('the target does not offer trigger-api');
  });
});

describe('a target is secure', () => {
  it.each([
    ['wss', toyTarget({ urls: { ws: 'wss://a' } }), true],
    ['WSS in capitals', toyTarget({ urls: { ws: 'WSS://a' } }), true],
    ['an https auth endpoint alone', pusher({ urls: { auth: 'https://a' } }), true],
    ['ws', toyTarget(), false],
    ['no URL at all', pusher({}), false],
  ])('by %s: %j', (_, target, secure) => {
    expect(isSecure(target)).toBe(secure);
  });
});

describe('the bearer of a group', () => {
  const group = ['P1', 'M1', 'D1'];
  const all = [
    toyRequirement('P1', { group }),
    toyRequirement('M1', { group, applies: { dialects: ['modelbeam'] } }),
    toyRequirement('D1', { group, applies: { dialects: ['dryapi'] } }),
  ];
  const byId = new Map(all.map((one) => [one.id, one]));
  const bears = (declared: Requirement, dialect: string, rows = byId): string | undefined =>
    bearer(declared, rows, toyTarget(), dialect, surface)?.id;

  it.each([
    ['modelbeam', 'M1'],
    ['dryapi', 'D1'],
    ['another', 'P1'],
  ])('on %s is %s, whichever member is declared', (dialect, id) => {
    expect(all.map((declared) => bears(declared, dialect))).toEqual([id, id, id]);
  });

  it('is nobody where no member applies', () => {
    const rows = new Map([...byId].filter(([id]) => id !== 'P1'));
    expect(all.slice(1).map((declared) => bears(declared, 'another', rows))).toEqual([undefined, undefined]);
  });

  it('is the declared one of several that belong to the same dialect', () => {
    const same = ['B1', 'B2'].map((id) =>
      toyRequirement(id, { group: ['B1', 'B2'], applies: { dialects: ['beta9'] } }),
    );
    const rows = new Map(same.map((one) => [one.id, one]));
    expect(same.map((declared) => bears(declared, 'beta9', rows))).toEqual(['B1', 'B2']);
  });
});
