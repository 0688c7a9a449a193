import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Intended } from '../plan/intended.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import { shapeOf } from '../profile/profile.ts';
import { markerOf } from '../wire/marker.ts';
import { ownWriteOf, stampDigits } from '../wire/own-write.ts';
import { newSession } from '../wire/session.ts';
import { readerOf } from '../wire/sessions.ts';
import { Deliveries, type Delivery } from './deliveries.ts';

function planOf(stamped: boolean): LoadPlan {
  const channel = { name: 'a', url: 'ws://127.0.0.1', headers: {} };
  return {
    ...{ run: 7, surface: 'pusher', dialect: 'modelbeam', seed: 1, stamped },
    stage: shapeOf({ channels: 3, rate: 10, publishes: 90, padding: 150 }, true),
    channels: [channel, channel, channel],
    ...{ authorize: { kind: 'none' }, probes: 0, sentinels: 0, tls: {} },
    deadlines: { connectMs: 1000, answerMs: 1000 },
  };
}

interface Sent {
  readonly channel: number;
  readonly seq: number;
  readonly pad: number;
  readonly stamp: number;
}

const sent = fc.record({
  channel: fc.integer({ min: 0, max: 3 }),
  seq: fc.integer({ min: 0, max: 40 }),
  pad: fc.integer({ min: 0, max: 2 }),
  stamp: fc.integer({ min: 1, max: 1e9 }),
});

function textOf({ channel, seq, pad, stamp }: Sent, stamped: boolean): string {
  const id = markerOf({ run: 7, channel, number: Math.floor(seq / 11) });
  const body = `"event":"request.status.updated","data":"{\\"id\\":\\"${id}\\",\\"progress\\":\\"${(seq % 11) * 10}\\"${' '.repeat(pad * 20)}}"}`;
  return stamped ? `{"w":"${String(stamp).padStart(stampDigits, '0')}",${body}` : `{${body}`;
}

/** What is read of a text by itself. */
function readAlone(plan: LoadPlan, text: string, startAt: number): Delivery {
  const alone = new Deliveries(plan, new Intended(plan));
  alone.begin(startAt);
  const reader = readerOf(plan);
  expect(reader.read(text, newSession())).toBe('delivery');
  return alone.take(text, reader);
}

describe.each([false, true])('deliveries that come again (stamped: %s)', (stamped) => {
  const plan = planOf(stamped);

  it('are what they are when each is read by itself', () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 60 }), (list) => {
        const deliveries = new Deliveries(plan, new Intended(plan));
        deliveries.begin(1000);
        const reader = readerOf(plan);
        for (const one of list) {
          const text = textOf(one, stamped);
          let got = deliveries.find(text);
          if (!got) {
            reader.read(text, newSession());
            got = deliveries.take(text, reader);
          }
          expect(got).toEqual(readAlone(plan, text, 1000));
          expect(deliveries.own).toEqual(stamped ? ownWriteOf(text) : Number.NaN);
          expect(deliveries.find(text)).toBe(got);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('are forgotten when it is known from when on they were to be sent', () => {
    const deliveries = new Deliveries(plan, new Intended(plan));
    const reader = readerOf(plan);
    const text = textOf({ channel: 0, seq: 3, pad: 0, stamp: 1 }, stamped);
    reader.read(text, newSession());
    expect(deliveries.take(text, reader).due).toBeNaN();
    deliveries.begin(1000);
    expect(deliveries.find(text)).toBeUndefined();
    expect(deliveries.take(text, reader).due).toBe(1000 + 3 * 3 * 100);
  });

  it('are kept in bounds, and the last one whatever came before', () => {
    const deliveries = new Deliveries(plan, new Intended(plan));
    const reader = readerOf(plan);
    for (let n = 0; n < 2000; n++) {
      const text = textOf({ channel: n % 3, seq: Math.floor(n / 3), pad: 0, stamp: n + 1 }, stamped);
      reader.read(text, newSession());
      const taken = deliveries.take(text, reader);
      expect(deliveries.find(text)).toBe(taken);
    }
    const first = textOf({ channel: 0, seq: 0, pad: 0, stamp: 1 }, stamped);
    expect(deliveries.find(first)).toBeUndefined();
  });

  it('are kept in smaller numbers where they are large', () => {
    const deliveries = new Deliveries(plan, new Intended(plan));
    const reader = readerOf(plan);
    const texts = [1, 2, 3].map((seq) => textOf({ channel: 0, seq, pad: 100_000, stamp: seq }, stamped));
    for (const text of texts) {
      reader.read(text, newSession());
      expect(deliveries.find(text) ?? deliveries.take(text, reader)).toBe(deliveries.find(text));
    }
    expect(texts.map((text) => deliveries.find(text) !== undefined)).toEqual([false, false, true]);
  });
});

it('a stamp that stands elsewhere is read each time, and never another one', () => {
  const plan = planOf(true);
  const deliveries = new Deliveries(plan, new Intended(plan));
  const reader = readerOf(plan);
  const plain = textOf({ channel: 1, seq: 5, pad: 0, stamp: 1 }, false);
  reader.read(plain, newSession());
  expect(deliveries.take(plain, reader)).toMatchObject({ channel: 1, seq: 5 });
  expect(deliveries.own).toBeNaN();
  expect(deliveries.find(plain)).toBeUndefined();
});
