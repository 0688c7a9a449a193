/** A frame that RFC 6455 forbids a client to send, whole and masked unless that is what is wrong with it. */
export interface IllegalFrame {
  readonly says: string;
  /** The bytes on the wire. */
  readonly bytes: Uint8Array;
}

const mask = [0x37, 0xfa, 0x21, 0x3d];

/** Frames that only a broken or hostile client sends; each is the end of its own connection, and of no other. */
export const illegalFrames: Readonly<Record<string, IllegalFrame>> = {
  'reserved-opcode': { says: 'a frame with a reserved opcode', bytes: frame(0x83, Buffer.from('x')) },
  'reserved-bit': { says: 'a frame with a reserved bit', bytes: frame(0xc1, Buffer.from('x')) },
  unmasked: { says: 'a frame without a mask', bytes: Buffer.from([0x81, 0x01, 0x78]) },
  'fragmented-ping': { says: 'a ping in fragments', bytes: frame(0x09, Buffer.from('x')) },
  'long-ping': { says: 'a ping of 126 bytes', bytes: frame(0x89, Buffer.alloc(126, 'x')) },
  'continuation-of-nothing': { says: 'a continuation of nothing', bytes: frame(0x80, Buffer.from('x')) },
  'invalid-utf-8': { says: 'a text that is no UTF-8', bytes: frame(0x81, Buffer.from([0xff, 0xfe, 0xc0])) },
  'half-close': { says: 'a close with half a code', bytes: frame(0x88, Buffer.from([0x03])) },
  'huge-length': {
    says: 'the head of a frame of four exabytes',
    bytes: Buffer.from([0x82, 0xff, 0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, ...mask]),
  },
  'two-megabytes': {
    says: 'a message of two megabytes',
    bytes: frame(0x81, Buffer.alloc(2 * 1024 * 1024, 'x')),
  },
};

/** A masked frame with that first byte. */
function frame(head: number, payload: Buffer): Buffer {
  const length = payload.length;
  const size =
    length < 126
      ? [0x80 | length]
      : length < 65_536
        ? [0x80 | 126, length >> 8, length & 0xff]
        : [
            0x80 | 127,
            0,
            0,
            0,
            0,
            (length >>> 24) & 0xff,
            (length >> 16) & 0xff,
            (length >> 8) & 0xff,
            length & 0xff,
          ];
  const masked = payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Buffer.from([head, ...size, ...mask]), masked]);
}
