import { MarkerReader, readyNumber } from './marker.ts';
import type { Reading, SessionReader, SessionState } from './session.ts';

/**
 * A viewer of a job's stream, which is ready with its init, or of a space's, which greets nobody: there one is ready
 * with the first sentinel event. This file runs in Node and in k6.
 */
export class EmitSession implements SessionReader {
  channel = 0;
  seq = 0;
  readonly reply = '';
  readonly reason = '';
  readonly #run: number;
  readonly #isSpace: boolean;
  readonly #marker = new MarkerReader();

  constructor(run: number, watches: 'job' | 'space' = 'job') {
    this.#run = run;
    this.#isSpace = watches === 'space';
  }

  opened(): undefined {
    return undefined;
  }

  read(text: string, state: SessionState): Reading {
    // The last progress may stand in an init, and is no delivery there.
    if (!this.#isSpace && !state.ready && text.includes('"init"')) {
      state.ready = true;
      return 'ready';
    }
    const at = this.#marker.find(text);
    if (at < 0 || this.#marker.run !== this.#run) return 'other';
    // A space may show where each of its jobs stands, the last progress included.
    if (this.#isSpace && text.includes('"init"')) return 'other';
    if (this.#marker.number === readyNumber) {
      if (!this.#isSpace || state.ready || this.#marker.channel !== state.channel) return 'other';
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
