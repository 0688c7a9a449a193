import { MarkerReader, markerOf, readyNumber } from './marker.ts';
import type { Reading, SessionReader, SessionState } from './session.ts';

/**
 * A client of a realtime endpoint: it asks, and is answered on its own connection. Each is a channel of its own.
 * This file runs in Node and in k6.
 */
export class BeamSession implements SessionReader {
  channel = 0;
  seq = 0;
  readonly reply = '';
  readonly reason = '';
  readonly #run: number;
  readonly #marker = new MarkerReader();

  constructor(run: number) {
    this.#run = run;
  }

  opened(): undefined {
    return undefined;
  }

  read(text: string, state: SessionState): Reading {
    const at = this.#marker.find(text);
    if (at < 0 || this.#marker.run !== this.#run) return 'other';
    if (this.#marker.number === readyNumber) {
      state.ready = true;
      return 'ready';
    }
    this.channel = this.#marker.channel;
    this.seq = this.#marker.number;
    return 'delivery';
  }

  subscribe(): string {
    return '';
  }

  leave(): undefined {
    return undefined;
  }

  fence(): undefined {
    return undefined;
  }
}

/** The input of a subscriber that the published handler answers: `seq`, or the one that finds out whether it is there. */
export function beamInput(run: number, seat: number, seq: number, padding: number): string {
  const nonce = markerOf({ run, channel: seat, number: seq });
  return padding > 0
    ? JSON.stringify({ nonce, op: 'transform', pad: 'x'.repeat(padding) })
    : `{"nonce":"${nonce}","op":"transform"}`;
}
