import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../contract/json.ts';
import { sightingOf } from './canary.ts';
import { Recorder } from './recorder.ts';

const canary = new Recorder('a-scene', 'a-target', 0).canary('result');

/** Text beside a canary: it may hold what looks like the beginning of an encoding. */
const beside = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .array(fc.constantFrom('%', '%f', '%ff', '\\u', '\\', '"', '7b', 'e3', 'canary-'), { maxLength: 6 })
    .map((a) => a.join('')),
);

const inHex = (text: string): string => Buffer.from(text).toString('hex');
const everyByte = (text: string): string => inHex(text).replace(/../g, '%$&');
const everyUnit = (text: string): string =>
  text.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A disguise, and what it makes of what stands beside the canary. */
const disguises = {
  plain: (before: string, after: string) => `${before}${canary}${after}`,
  'percent-encoded': (before: string, after: string) => everyByte(`${before}${canary}${after}`),
  'percent-encoded in capitals, alone': (before: string, after: string) =>
    `${before}${everyByte(canary).toUpperCase()}${after}`,
  'percent-encoded beside what is no UTF-8': (before: string, after: string) =>
    `${before}%ff%fe${everyByte(canary)}%80${after}`,
  'in hex': (before: string, after: string) => inHex(`${before}${canary}${after}`),
  'in hex in capitals': (before: string, after: string) => `${before}${inHex(canary).toUpperCase()}${after}`,
  'in base64': (before: string, after: string) =>
    Buffer.from(`${before}${canary}${after}`).toString('base64'),
  'in base64url': (before: string, after: string) =>
    Buffer.from(`${before}${canary}${after}`).toString('base64url'),
} as const;

describe('sightingOf', () => {
  it.each(Object.entries(disguises))('finds a canary %s, wherever it stands', (_, disguise) => {
    fc.assert(
      fc.property(beside, beside, (before, after) => {
        expect(sightingOf(canary, disguise(before, after))).toBeDefined();
      }),
    );
  });

  it('finds a canary that is JSON-escaped, however deep and as a key', () => {
    const nest = (text: string, depth: number): string =>
      depth === 0 ? text : nest(JSON.stringify({ inner: [text] }), depth - 1);
    const place = fc.constantFrom('value', 'key');
    fc.assert(
      fc.property(beside, beside, fc.integer({ min: 0, max: 4 }), place, (before, after, depth, where) => {
        const escaped = `"${everyUnit(`${before}${canary}${after}`)}"`;
        const frame = nest(where === 'value' ? `{"a":[${escaped}]}` : `{"a":{${escaped}:null}}`, depth);
        expect(sightingOf(canary, frame, parseJson(frame))).toMatchObject({ form: 'escaped' });
      }),
    );
  });

  it('says in which form, and at which place', () => {
    expect(sightingOf(canary, `ab${canary}`)).toEqual({ form: 'plain', at: 2 });
  });

  it('sees nothing in a frame that holds no canary', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const text = JSON.stringify(value);
        expect(sightingOf(canary, text, parseJson(text))).toBeUndefined();
      }),
    );
  });

  it('sees nothing in what is no JSON', () => {
    fc.assert(
      fc.property(beside, (text) => {
        expect(sightingOf(canary, text)).toBeUndefined();
      }),
    );
  });

  it('does not take one canary for another', () => {
    const other = new Recorder('a-scene', 'a-target', 0).canary('result');
    for (const disguise of Object.values(disguises)) {
      expect(sightingOf(other, disguise('before', 'after'))).toBeUndefined();
    }
  });
});

describe('strings that are JSON themselves', () => {
  const deep = (text: string, depth: number): string =>
    depth === 0 ? text : deep(JSON.stringify([text]), depth - 1);
  const escaped = `"${everyUnit(canary)}"`;

  it('are opened four deep, and the place in the frame is then not told', () => {
    const frame = deep(escaped, 4);
    expect(sightingOf(canary, frame, parseJson(frame))).toEqual({ form: 'escaped', at: -1 });
  });

  it('are not opened for ever: what a server nests must not cost us without bound', () => {
    const frame = deep(escaped, 5);
    expect(sightingOf(canary, frame, parseJson(frame))).toBeUndefined();
  });
});
