import { constants, deflateRawSync } from 'node:zlib';

/** Opcodes of RFC 6455, section 5.2. */
export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** What there is to a frame beside its payload. */
export interface FrameBits {
  readonly opcode?: number;
  readonly fin?: boolean;
  /** RSV1 to RSV3 as three bits. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** Bytes that the header announces, where they are not those that follow. */
  readonly announces?: number;
}

/** A frame of any kind, legal or not. */
export function frame(payload: string | Uint8Array, bits: FrameBits = {}): Buffer {
  const { fin = true, reserved = 0, masked = false } = bits;
  const body = Buffer.from(payload as Uint8Array);
  const size = bits.announces ?? body.length;
  const first = (fin ? 0x80 : 0) | (reserved << 4) | (bits.opcode ?? opcode.text);
  const mask = masked ? 0x80 : 0;
  const head =
    size < 126
      ? Buffer.from([first, mask | size])
      : size < 65_536
        ? Buffer.from([first, mask | 126, size >> 8, size & 255])
        : Buffer.concat([Buffer.from([first, mask | 127]), eightBytes(size)]);
  return Buffer.concat([head, ...(masked ? [Buffer.alloc(4)] : []), body]);
}

/** A close frame with whatever code, allowed on the wire or not. */
export function closeFrame(code: number, reason = ''): Buffer {
  const body = Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]);
  return frame(body, { opcode: opcode.close });
}

/**
 * A compressed message (RFC 7692, section 7.2.1) that is so many mebibytes of blanks when it is opened. A block
 * that was flushed in full stands for itself, so it is made once and said again.
 */
export function bomb(mebibytes: number): Buffer {
  const block = deflateRawSync(Buffer.alloc(1024 * 1024, 0x20), { finishFlush: constants.Z_FULL_FLUSH });
  return frame(Buffer.concat(Array.from({ length: mebibytes }, () => block)), { reserved: 4 });
}

function eightBytes(size: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(size));
  return bytes;
}
