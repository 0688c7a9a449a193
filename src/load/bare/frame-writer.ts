import { randomFillSync } from 'node:crypto';
import { opcodes } from './opcodes.ts';

/** A frame as a server sends it, whole and unmasked. */
export function serverFrame(payload: string | Buffer, opcode: number = opcodes.text): Buffer {
  return framed(payload, opcode, false);
}

/** A frame as a client sends it: masked. */
export function clientFrame(payload: string | Buffer, opcode: number = opcodes.text): Buffer {
  return framed(payload, opcode, true);
}

/** The payload of a close frame. */
export function closePayload(code: number, reason = ''): Buffer {
  const bytes = Buffer.alloc(2 + Buffer.byteLength(reason));
  bytes.writeUInt16BE(code, 0);
  bytes.write(reason, 2);
  return bytes;
}

/** The code that a close frame gives; 1005 where it gives none. */
export function closeCode(payload: Buffer): number {
  return payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
}

/** How many bytes stand before the payload of an unmasked frame. */
export function headBytes(length: number): number {
  return length < 126 ? 2 : length < 0x10000 ? 4 : 10;
}

function framed(payload: string | Buffer, opcode: number, masked: boolean): Buffer {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  const head = headBytes(length);
  const at = head + (masked ? 4 : 0);
  // Not of the pool: the null server writes into its frames again.
  const frame = Buffer.allocUnsafeSlow(at + length);
  frame[0] = 0x80 | opcode;
  const mask = masked ? 0x80 : 0;
  if (head === 2) frame[1] = mask | length;
  else if (head === 4) {
    frame[1] = mask | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = mask | 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  if (typeof payload === 'string') frame.write(payload, at);
  else payload.copy(frame, at);
  if (masked) {
    randomFillSync(frame, head, 4);
    for (let index = at; index < frame.length; index++) {
      frame[index] = (frame[index] ?? 0) ^ (frame[head + ((index - at) & 3)] ?? 0);
    }
  }
  return frame;
}
