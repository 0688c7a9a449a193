import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameKinds } from './codec.ts';
import { decodeLives, Lives } from './lives.ts';

type Row = readonly [seat: number, event: number, at: number, value: number];

const rows: fc.Arbitrary<Row[]> = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 0xffff_ffff }),
    fc.integer({ min: 0, max: 255 }),
    fc.oneof(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.constant(Number.NaN)),
    fc.integer({ min: 0, max: 0xffff }),
  ),
  { maxLength: 200 },
);

function read(frame: ArrayBuffer | undefined): Row[] {
  const read: Row[] = [];
  if (frame) decodeLives(new DataView(frame), (...row) => read.push(row));
  return read;
}

describe('the lives of subscribers', () => {
  it('come out as they were told, and each once, however many there are', () => {
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 4 }), (seconds) => {
        const lives = new Lives();
        for (const second of seconds) {
          for (const row of second) lives.add(...row);
          const frame = lives.take();
          if (frame) expect(new DataView(frame).getUint8(0)).toBe(frameKinds.lives);
          expect(read(frame)).toEqual(second);
        }
        expect(lives.take()).toBeUndefined();
      }),
    );
  });

  it('stay as they were in a frame that was taken before', () => {
    const lives = new Lives();
    lives.add(1, 2, 3, 4);
    const frame = lives.take();
    lives.add(5, 6, 7, 8);
    expect(read(frame)).toEqual([[1, 2, 3, 4]]);
  });
});
