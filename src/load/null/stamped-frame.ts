import { headBytes, serverFrame } from '../bare/frame-writer.ts';
import { stampDigits, stampPrefix } from '../wire/own-write.ts';

/** The beginning of a message that bears a stamp: the rest of the object follows. */
export const stampedHead = `{${stampPrefix}${'0'.repeat(stampDigits)}",`;

/** Takes the bytes of a frame. Answers whether they may be written to again, since they have left this process. */
export type Sink = (bytes: Buffer) => boolean;

/**
 * A delivery, made once and stamped anew before each write. The same bytes serve all connections whose kernel has
 * taken them at once; where one has kept them back, the others get a copy.
 */
export class StampedFrame {
  #bytes: Buffer;
  readonly #at: number;

  /** `message` begins with `stampedHead`. */
  constructor(message: string) {
    this.#bytes = serverFrame(message);
    this.#at = headBytes(Buffer.byteLength(message)) + 1 + stampPrefix.length;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Stamps the frame with this moment and hands it over at once. Answers the moment, in milliseconds of hrtime. */
  writeTo(sink: Sink): number {
    const nanos = Number(process.hrtime.bigint());
    stamp(this.#bytes, this.#at, Math.floor(nanos / 1000));
    if (!sink(this.#bytes)) this.#bytes = copyOf(this.#bytes);
    return nanos / 1e6;
  }
}

function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

/** Sixteen digits in two halves, since whole numbers of eight are cheap to divide. */
function stamp(bytes: Buffer, at: number, micros: number): void {
  const high = Math.floor(micros / 1e8);
  digits(bytes, at, high);
  digits(bytes, at + stampDigits / 2, micros - high * 1e8);
}

function digits(bytes: Buffer, from: number, value: number): void {
  let left = value | 0;
  for (let at = from + stampDigits / 2 - 1; at >= from; at--) {
    const rest = (left / 10) | 0;
    bytes[at] = 48 + left - rest * 10;
    left = rest;
  }
}
