/**
 * The binary frames of the control connection, little-endian: the first byte says which. This file runs in Node
 * and in k6, which has neither TextEncoder nor Buffer.
 * @module
 */
import type { RunKind } from '../wire/seat-ledger.ts';

/** First bytes. */
export const frameKinds = { runs: 1, histogram: 2, receipts: 3, lives: 4 } as const;

/** Runs of sequence numbers of one seat. */
export interface SeatRun {
  readonly seat: number;
  readonly kind: RunKind;
  readonly from: number;
  readonly to: number;
}

const runBytes = 13;

/** `seats[i]` has `runs[i]`: kind, from, to in turn. */
export function encodeRuns(seats: readonly number[], runs: readonly (readonly number[])[]): ArrayBuffer {
  const count = runs.reduce((sum, list) => sum + list.length / 3, 0);
  const view = new DataView(new ArrayBuffer(5 + count * runBytes));
  view.setUint8(0, frameKinds.runs);
  view.setUint32(1, count, true);
  let at = 5;
  for (let index = 0; index < seats.length; index++) {
    const list = runs[index] ?? [];
    for (let item = 0; item + 2 < list.length; item += 3) {
      view.setUint32(at, seats[index] ?? 0, true);
      view.setUint8(at + 4, list[item] ?? 0);
      view.setUint32(at + 5, list[item + 1] ?? 0, true);
      view.setUint32(at + 9, list[item + 2] ?? 0, true);
      at += runBytes;
    }
  }
  return view.buffer as ArrayBuffer;
}

/** Calls `each` for every run of a frame. */
export function decodeRuns(
  view: DataView,
  each: (seat: number, kind: RunKind, from: number, to: number) => void,
): void {
  const count = view.getUint32(1, true);
  for (let index = 0, at = 5; index < count; index++, at += runBytes) {
    each(
      view.getUint32(at, true),
      view.getUint8(at + 4) as RunKind,
      view.getUint32(at + 5, true),
      view.getUint32(at + 9, true),
    );
  }
}

/** Which latencies a histogram holds. */
export const histogramKinds = {
  /** From intended to receipt, generator's delay included. */
  delivery: 0,
  /** From the null server's own write to receipt. */
  floor: 1,
} as const;

/** Counts of a histogram since the last time, `at` milliseconds (hrtime); `pairs` as `Histogram.pairs`. */
export function encodeHistogram(
  kind: number,
  at: number,
  pairs: readonly number[],
  overflow: number,
): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(18 + pairs.length * 4));
  view.setUint8(0, frameKinds.histogram);
  view.setUint8(1, kind);
  view.setFloat64(2, at, true);
  view.setUint32(10, overflow, true);
  view.setUint32(14, pairs.length, true);
  for (let index = 0; index < pairs.length; index++) {
    view.setUint32(18 + index * 4, pairs[index] ?? 0, true);
  }
  return view.buffer as ArrayBuffer;
}

/** What `encodeHistogram` made a frame of. */
export function decodeHistogram(view: DataView): {
  readonly kind: number;
  readonly at: number;
  readonly overflow: number;
  readonly pairs: number[];
} {
  const pairs: number[] = [];
  for (let index = 0, length = view.getUint32(14, true); index < length; index++) {
    pairs.push(view.getUint32(18 + index * 4, true));
  }
  return {
    kind: view.getUint8(1),
    at: view.getFloat64(2, true),
    overflow: view.getUint32(10, true),
    pairs,
  };
}

/** One delivery as a probe or the sentinel saw it. Milliseconds of hrtime; `own` NaN where the frame has no stamp. */
export interface Receipt {
  readonly seat: number;
  readonly channel: number;
  readonly seq: number;
  readonly at: number;
  readonly own: number;
}

const receiptBytes = 28;

/** Flat: seat, channel, seq, at, own in turn. */
export function encodeReceipts(flat: readonly number[]): ArrayBuffer {
  const count = Math.floor(flat.length / 5);
  const view = new DataView(new ArrayBuffer(5 + count * receiptBytes));
  view.setUint8(0, frameKinds.receipts);
  view.setUint32(1, count, true);
  for (let index = 0, at = 5; index < count; index++, at += receiptBytes) {
    view.setUint32(at, flat[index * 5] ?? 0, true);
    view.setUint32(at + 4, flat[index * 5 + 1] ?? 0, true);
    view.setUint32(at + 8, flat[index * 5 + 2] ?? 0, true);
    view.setFloat64(at + 12, flat[index * 5 + 3] ?? 0, true);
    view.setFloat64(at + 20, flat[index * 5 + 4] ?? Number.NaN, true);
  }
  return view.buffer as ArrayBuffer;
}

export function decodeReceipts(view: DataView, each: (receipt: Receipt) => void): void {
  const count = view.getUint32(1, true);
  for (let index = 0, at = 5; index < count; index++, at += receiptBytes) {
    each({
      seat: view.getUint32(at, true),
      channel: view.getUint32(at + 4, true),
      seq: view.getUint32(at + 8, true),
      at: view.getFloat64(at + 12, true),
      own: view.getFloat64(at + 20, true),
    });
  }
}
