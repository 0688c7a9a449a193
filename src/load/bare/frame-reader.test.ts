import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader, IllegalFrame } from './frame-reader.ts';
import { clientFrame, serverFrame } from './frame-writer.ts';
import { opcodes } from './opcodes.ts';

type Seen = readonly [opcode: number, text: string];

/** What a reader makes of pieces. */
function read(pieces: readonly Buffer[], masked: boolean): Seen[] {
  const seen: Seen[] = [];
  const reader = new FrameReader(
    {
      message: (bytes) => seen.push([opcodes.text, bytes.toString('latin1')]),
      control: (opcode, bytes) => seen.push([opcode, bytes.toString('latin1')]),
    },
    { masked },
  );
  for (const piece of pieces) reader.push(Buffer.from(piece));
  return seen;
}

/** `bytes` in pieces of the given lengths, in turn. */
function split(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

const payload = fc
  .tuple(
    fc.constantFrom(0, 1, 124, 125, 126, 127, 300, 65_535, 65_536, 70_000),
    fc.integer({ min: 0, max: 255 }),
  )
  .map(([length, fill]) => Buffer.alloc(length, fill));
/** One message: its parts, and control frames that come between them. */
const message = fc.record({
  parts: fc.array(payload, { minLength: 1, maxLength: 3 }),
  between: fc.array(
    fc.record({
      opcode: fc.constantFrom(opcodes.ping, opcodes.pong),
      bytes: fc.uint8Array({ maxLength: 125 }).map((bytes) => Buffer.from(bytes)),
    }),
    { maxLength: 2 },
  ),
});

describe('the frame reader', () => {
  it('reads the same messages however the bytes are split', () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 5 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 100_000 })), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.boolean(),
        (messages, lengths, masked) => {
          const frame = masked ? clientFrame : serverFrame;
          const wire: Buffer[] = [];
          const sent: Seen[] = [];
          for (const { parts, between } of messages) {
            for (const [index, part] of parts.entries()) {
              const bytes = frame(part, index === 0 ? opcodes.text : opcodes.continuation);
              if (index < parts.length - 1) bytes[0] = (bytes[0] ?? 0) & 0x7f;
              wire.push(bytes);
              const control = between[index];
              // A control frame after the last part comes after the message.
              if (control && index < parts.length - 1) {
                wire.push(frame(control.bytes, control.opcode));
                sent.push([control.opcode, control.bytes.toString('latin1')]);
              }
            }
            sent.push([opcodes.text, Buffer.concat(parts).toString('latin1')]);
          }
          const bytes = Buffer.concat(wire);
          expect(read([bytes], masked)).toEqual(sent);
          expect(read(split(bytes, lengths), masked)).toEqual(sent);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['masked where none may be', clientFrame('x'), false],
    ['unmasked where all must be', serverFrame('x'), true],
    ['with a reserved bit', Buffer.from([0xc1, 0]), false],
    ['that goes on with nothing', serverFrame('x', opcodes.continuation), false],
    ['that begins anew within a message', Buffer.from([0x01, 0, 0x81, 0]), false],
    ['of an unknown opcode', serverFrame('x', 3), false],
    ['that is a ping in parts', Buffer.from([0x09, 0]), false],
    ['that is a ping of 126 bytes', serverFrame(Buffer.alloc(126), opcodes.ping), false],
    ['that says it is huge', Buffer.from([0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0]), false],
  ])('refuses a frame %s', (_what, bytes, masked) => {
    expect(() => read([bytes], masked)).toThrow(IllegalFrame);
  });
});
