import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Json } from '../contract/json.ts';
import { valueAt } from './pointer.ts';

/** Every place in a value, with its pointer by RFC 6901. */
function* placesOf(value: Json, pointer = ''): Generator<readonly [string, Json]> {
  yield [pointer, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield* placesOf(inner as Json, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

it('is the value at a pointer, wherever it stands', () => {
  const keys = fc.oneof(fc.string(), fc.constantFrom('a/b', '~', '~1', '', '__proto__', '0'));
  const values = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(fc.tuple(keys, tie('value')), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs)),
    ),
  })).value;
  fc.assert(
    fc.property(values, (value) => {
      for (const [pointer, inner] of placesOf(value)) expect(valueAt(value, pointer)).toBe(inner);
    }),
  );
});

it.each([
  ['a key that is not there', { a: 1 }, '/b'],
  ['a place past the end of a list', [1], '/1'],
  ['a key of a text', 'text', '/length'],
  ['a key of a list that is no place', [1], '/length'],
  ['what every object inherits', {}, '/constructor'],
  ['a key of null', null, '/a'],
  ['a key of nothing', undefined, '/a'],
])('is nothing for %s', (_, value, pointer) => {
  expect(valueAt(value, pointer)).toBeUndefined();
});
