import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../contract/json.ts';
import { ByUpdate, tells } from './by-update.ts';

/** Few keys and values, so that many are alike in one way or another. */
const data = fc.oneof(
  fc.dictionary(
    fc.constantFrom('n', 'at', 'of'),
    fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constantFrom('x', 'y', null, 1.5), fc.array(fc.boolean())),
    { noNullPrototype: true },
  ),
  fc.constantFrom(null, 1, 'x', undefined),
) as fc.Arbitrary<Json | undefined>;

describe('updates that are alike', () => {
  it('are those that tell of one another, in their order, and no others', () => {
    fc.assert(
      fc.property(fc.array(data), data, (all, one) => {
        const byUpdate = new ByUpdate([...all.entries()], ([, body]) => body);
        expect(byUpdate.of(one)).toEqual([...all.entries()].filter(([, body]) => tells(body, one)));
      }),
    );
  });

  it.each<[string, Json, Json, boolean]>([
    ['the same data in another order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }, true],
    ['the same number and other data', { n: 7, a: 1 }, { n: 7, a: 2 }, true],
    ['another number and the same data', { n: 7, a: 1 }, { n: 8, a: 1 }, false],
    ['a number in the one alone', { n: 7, a: 1 }, { a: 1 }, false],
  ])('by %s: %j, %j', (_how, call, event, are) => {
    const calls = new ByUpdate([call], (body) => body);
    expect(calls.of(event)).toEqual(are ? [call] : []);
  });
});
