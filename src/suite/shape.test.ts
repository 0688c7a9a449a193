import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject, type Json } from '../contract/json.ts';
import { show } from './judgement.ts';
import { shapeOf, shapeOfText, shapeOfWords, stablePointer } from './shape.ts';

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;

/** The same value as another run would have it: other numbers and texts, the same types and keys. */
function another(value: Json): Json {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return `${value}${randomUUID()}`;
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return value.map((item: Json) => another(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, another(item)]),
  );
}

describe('the shape of a value', () => {
  it.each([
    [undefined, 'absent'],
    [null, 'null'],
    [{ n: 1, text: 'x', ok: true, none: null }, '{n: number, none: null, ok: boolean, text: string}'],
    [[1, 'x', 2, { a: [] }], '[number | string | {a: []}]'],
    [{ 'a b': 1, '': 2, 'ü\n': 3 }, '{"": number, "\\u00fc\\n": number, "a b": number}'],
    [{ job_0123456789: 1, job_9876543210: 2 }, '{*: number}'],
    [[[[[[1]]]]], '[[[[[…]]]]]'],
  ] as const)('of %j is %s', (value, shape) => {
    expect(shapeOf(value as Json | undefined)).toBe(shape);
  });

  it('does not change with numbers, texts and the order of keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(shapeOf(another(value))).toBe(shapeOf(value));
      }),
    );
  });

  it('holds no value, and nothing but printable ASCII', () => {
    const canary = 'canary-0bfe1817c2aba4a7cb7eeff1';
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), json), (value) => {
        const shape = shapeOf({ ...value, secret: canary, [canary]: canary });
        expect(shape).not.toContain(canary);
        expect(shape).toMatch(/^[\x20-\x7e]*$/);
      }),
    );
  });

  it('differs where a type differs, a key is missing, or null stands for absent', () => {
    const shapes = [{ a: 1 }, { a: '1' }, { a: null }, {}, { a: [1] }, { b: 1 }, [{ a: 1 }], null].map(
      (value) => shapeOf(value),
    );
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it('of a text is that of the JSON in it', () => {
    expect([shapeOfText(''), shapeOfText('<html>'), shapeOfText('{"a":1}')]).toEqual([
      'empty',
      'text',
      '{a: number}',
    ]);
  });
});

describe('the shape of words of ours', () => {
  it.each([
    ['status 401', 'status 500'],
    ['closed with 4001', 'no close'],
    ['a close with 4100', 'the connection was dropped'],
    ['none', '3; missing 1, 2'],
    ['no step completed', 'no step acked'],
  ])('tells %j and %j apart', (a, b) => {
    expect(shapeOfWords(a)).not.toBe(shapeOfWords(b));
  });

  it.each([
    ['no output for 3 of them, within 1500 ms', 'no output for 17 of them, within 90 ms'],
    ['1 output', '12 outputs'],
    ['progress 3, 4', 'progress 9, 10, 11'],
    ['data {"a":"pl280cce611aebf9a07c"}', 'data {"a":"pl2d27c3a3828b960cce","b":{"c":1'],
    ['123456.789, that of low one of emit/flow', '99.1, that of low one of emit/flow'],
    ["no job 'abc'", "no job 'xyz z'"],
    ['', '   '],
  ])('does not tell %j from %j', (a, b) => {
    expect(shapeOfWords(a)).toBe(shapeOfWords(b));
  });

  it('does not change with a number, an id, a time or a value that stands in them', () => {
    const noise = fc.oneof(
      fc.nat().map(String),
      fc.uuid(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      json.filter((value) => value !== null && typeof value === 'object').map((value) => show(value)),
    );
    const kindOf = (text: string): string => (/^[[{]/.test(text) ? text.charAt(0) : '#');
    fc.assert(
      fc.property(noise, noise, (one, other) => {
        fc.pre(kindOf(one) === kindOf(other));
        expect(shapeOfWords(`it said ${other}`)).toBe(shapeOfWords(`it said ${one}`));
      }),
    );
  });
});

describe('a pointer', () => {
  it.each([
    ['/items/3/name', '/items/*/name'],
    ['/jobs/01M81JAYRR3QV9ZC0NK00V2ZWZ', '/jobs/*'],
    ['', ''],
    ['/data', '/data'],
  ])('%j is %j', (pointer, stable) => {
    expect(stablePointer(pointer)).toBe(stable);
  });
});
