import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MarkerReader, markerOf, mostChannels, readyNumber } from './marker.ts';

const mark = fc.record({
  run: fc.integer({ min: 0, max: 0xffff_ffff }),
  channel: fc.integer({ min: 0, max: mostChannels - 1 }),
  number: fc.oneof(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.constant(readyNumber)),
});

describe('a marker', () => {
  it('is a UUIDv4', () => {
    fc.assert(
      fc.property(mark, (one) => {
        expect(markerOf(one)).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
    );
  });

  it('is read again out of any text that has none before it', () => {
    const reader = new MarkerReader();
    const text = fc.string().filter((some) => !some.includes('-4b1e-8a7b-'));
    fc.assert(
      fc.property(mark, text, text, (one, before, after) => {
        expect(reader.find(`${before}${markerOf(one)}${after}`)).toBe(before.length);
        expect({ run: reader.run, channel: reader.channel, number: reader.number }).toEqual(one);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['another UUID', '0b0e5c1e-0000-4b1f-8a7b-000000000001'],
    ['one whose beginning is cut off', 'c0ffee-0001-4b1e-8a7b-000000000001'],
    ['one whose end is cut off', '00c0ffee-0001-4b1e-8a7b-'],
    ['one that is not in hexadecimal', 'zzzzzzzz-0001-4b1e-8a7b-000000000001'],
  ])('is not seen in %s', (_what, text) => {
    expect(new MarkerReader().find(text)).toBe(-1);
  });
});
