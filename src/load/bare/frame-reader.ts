import { opcodes } from './opcodes.ts';

/** Thrown where a peer breaks the framing: the connection is of no more use. */
export class IllegalFrame extends Error {
  override readonly name = 'IllegalFrame';
}

/** Takes what a peer sends, in its order. The bytes are good only during the call. */
export interface FrameListener {
  /** A whole message, text or binary, however many frames it came in. */
  readonly message: (bytes: Buffer) => void;
  /** A ping, pong or close; between the frames of a message, too. */
  readonly control: (opcode: number, bytes: Buffer) => void;
}

const nothing = Buffer.alloc(0);

/**
 * Reads WebSocket frames out of whatever pieces a socket hands over. Does as little as can be, since its user
 * measures time: no compression, and texts are not proven to be UTF-8.
 */
export class FrameReader {
  readonly #listener: FrameListener;
  readonly #masked: boolean;
  readonly #most: number;
  #waiting: Buffer[] = [];
  #have = 0;
  #need = 2;
  #parts: Buffer[] | undefined;
  #partBytes = 0;

  /** `masked`: whether the peer has to mask, as clients do. `most`: bytes that a message may have. */
  constructor(listener: FrameListener, { masked, most = 16 << 20 }: { masked: boolean; most?: number }) {
    this.#listener = listener;
    this.#masked = masked;
    this.#most = most;
  }

  /** @throws IllegalFrame */
  push(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#have > 0) {
      this.#waiting.push(chunk);
      this.#have += chunk.length;
      if (this.#have < this.#need) return;
      bytes = Buffer.concat(this.#waiting, this.#have);
      this.#waiting = [];
      this.#have = 0;
    }
    let at = 0;
    for (;;) {
      const need = this.#frameBytes(bytes, at);
      if (bytes.length - at < need) {
        this.#need = need;
        break;
      }
      this.#frame(bytes, at, need);
      at += need;
    }
    if (at < bytes.length) {
      this.#waiting.push(bytes.subarray(at));
      this.#have = bytes.length - at;
    }
  }

  /** How long the frame at a position is; where too little of it is there to know, how much tells more. */
  #frameBytes(bytes: Buffer, at: number): number {
    const there = bytes.length - at;
    if (there < 2) return 2;
    const second = bytes[at + 1] ?? 0;
    if (second >= 0x80 !== this.#masked) throw new IllegalFrame('a frame is masked by the wrong side');
    const mask = this.#masked ? 4 : 0;
    const short = second & 0x7f;
    if (short < 126) return 2 + mask + short;
    const head = short === 126 ? 4 : 10;
    if (there < head) return head;
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    if (length > this.#most) throw new IllegalFrame(`a frame of ${length} bytes`);
    return head + mask + length;
  }

  #frame(bytes: Buffer, at: number, length: number): void {
    const first = bytes[at] ?? 0;
    if ((first & 0x70) !== 0) throw new IllegalFrame('a frame with reserved bits');
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const head = (short < 126 ? 2 : short === 126 ? 4 : 10) + (this.#masked ? 4 : 0);
    const payload = bytes.subarray(at + head, at + length);
    if (this.#masked) unmask(payload, bytes.subarray(at + head - 4, at + head));
    const opcode = first & 0x0f;
    const last = first >= 0x80;
    if (opcode >= 8) {
      if (!last || payload.length > 125) throw new IllegalFrame('a control frame in parts, or too long');
      this.#listener.control(opcode, payload);
    } else this.#data(opcode, payload, last);
  }

  #data(opcode: number, payload: Buffer, last: boolean): void {
    const begun = this.#parts;
    if ((opcode === opcodes.continuation) !== (begun !== undefined) || opcode > opcodes.binary) {
      throw new IllegalFrame(`a frame of opcode ${opcode} where none may be`);
    }
    if (last && !begun) {
      this.#listener.message(payload);
      return;
    }
    const parts = begun ?? [];
    // What a socket hands over is its reader's: it is not written to again.
    if (payload.length > 0) parts.push(payload);
    this.#partBytes += payload.length;
    if (this.#partBytes > this.#most) throw new IllegalFrame('a message that does not end');
    this.#parts = last ? undefined : parts;
    if (!last) return;
    const whole = parts.length === 1 ? (parts[0] ?? nothing) : Buffer.concat(parts, this.#partBytes);
    this.#partBytes = 0;
    this.#listener.message(whole);
  }
}

function unmask(payload: Buffer, mask: Buffer): void {
  for (let index = 0; index < payload.length; index++) {
    payload[index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0);
  }
}
