import { frameKinds } from './codec.ts';

/**
 * What happened to the subscribers of a member of the generator, as a binary frame. This file runs in Node and in k6, where an
 * array for each event of thousands of connections would be much of all that is left behind as garbage.
 * @module
 */

const headBytes = 5;
const rowBytes = 15;
const firstRows = 64;
/** The largest value that a row can hold; statuses, close codes and channels are below. */
const mostValue = 0xffff;

/** Events in the order of their telling: seat, event (of `seatEvents`), when (milliseconds of hrtime), value. */
export class Lives {
  #view = new DataView(new ArrayBuffer(headBytes + firstRows * rowBytes));
  #count = 0;

  add(seat: number, event: number, at: number, value: number): void {
    const from = headBytes + this.#count * rowBytes;
    if (from + rowBytes > this.#view.byteLength) this.#grow();
    const view = this.#view;
    view.setUint32(from, seat, true);
    view.setUint8(from + 4, event);
    view.setFloat64(from + 5, at, true);
    view.setUint16(from + 13, Math.min(mostValue, value), true);
    this.#count += 1;
  }

  /** A frame of all since the last time; undefined: there is nothing. */
  take(): ArrayBuffer | undefined {
    if (this.#count === 0) return undefined;
    this.#view.setUint8(0, frameKinds.lives);
    this.#view.setUint32(1, this.#count, true);
    const end = headBytes + this.#count * rowBytes;
    this.#count = 0;
    return (this.#view.buffer as ArrayBuffer).slice(0, end);
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#view.byteLength);
    larger.set(new Uint8Array(this.#view.buffer));
    this.#view = new DataView(larger.buffer);
  }
}

/** Calls `each` for every event of a frame. */
export function decodeLives(
  view: DataView,
  each: (seat: number, event: number, at: number, value: number) => void,
): void {
  const count = view.getUint32(1, true);
  for (let index = 0, at = headBytes; index < count; index++, at += rowBytes) {
    each(
      view.getUint32(at, true),
      view.getUint8(at + 4),
      view.getFloat64(at + 5, true),
      view.getUint16(at + 13, true),
    );
  }
}
