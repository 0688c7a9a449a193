import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunKind } from '../wire/seat-ledger.ts';
import {
  decodeHistogram,
  decodeReceipts,
  decodeRuns,
  encodeHistogram,
  encodeReceipts,
  encodeRuns,
  frameKinds,
  histogramKinds,
  type Receipt,
  type SeatRun,
} from './codec.ts';

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const runKind = fc.integer({ min: 0, max: 6 }).map((kind) => kind as RunKind);
const moment = fc.double({ min: 0, max: 1e12, noNaN: true });

describe('the frames of the control connection', () => {
  it('hand on runs', () => {
    const account = fc.record({
      seat: uint32,
      runs: fc.array(fc.tuple(runKind, uint32, uint32), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(fc.array(account, { maxLength: 20 }), (accounts) => {
        const frame = new DataView(
          encodeRuns(
            accounts.map(({ seat }) => seat),
            accounts.map(({ runs }) => runs.flat()),
          ),
        );
        const read: SeatRun[] = [];
        decodeRuns(frame, (seat, kind, from, to) => read.push({ seat, kind, from, to }));
        expect(frame.getUint8(0)).toBe(frameKinds.runs);
        expect(read).toEqual(
          accounts.flatMap(({ seat, runs }) => runs.map(([kind, from, to]) => ({ seat, kind, from, to }))),
        );
      }),
    );
  });

  it('hand on histograms', () => {
    const kind = fc.constantFrom(...Object.values(histogramKinds));
    fc.assert(
      fc.property(kind, moment, fc.array(uint32, { maxLength: 60 }), uint32, (which, at, pairs, overflow) => {
        const frame = new DataView(encodeHistogram(which, at, pairs, overflow));
        expect(frame.getUint8(0)).toBe(frameKinds.histogram);
        expect(decodeHistogram(frame)).toEqual({ kind: which, at, overflow, pairs });
      }),
    );
  });

  it('hand on receipts, with or without a stamp of their own', () => {
    const receipt: fc.Arbitrary<Receipt> = fc.record({
      seat: uint32,
      channel: uint32,
      seq: uint32,
      at: moment,
      own: fc.oneof(moment, fc.constant(Number.NaN)),
    });
    fc.assert(
      fc.property(fc.array(receipt, { maxLength: 20 }), (receipts) => {
        const flat = receipts.flatMap(({ seat, channel, seq, at, own }) => [seat, channel, seq, at, own]);
        const frame = new DataView(encodeReceipts(flat));
        const read: Receipt[] = [];
        decodeReceipts(frame, (one) => read.push(one));
        expect(frame.getUint8(0)).toBe(frameKinds.receipts);
        expect(read).toEqual(receipts);
      }),
    );
  });

  it('are read where they stand in a larger buffer', () => {
    const bytes = new Uint8Array(encodeRuns([7], [[1, 2, 3]]));
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    const read: number[] = [];
    decodeRuns(new DataView(larger.buffer, 3), (...fields) => read.push(...fields));
    expect(read).toEqual([7, 1, 2, 3]);
  });
});
