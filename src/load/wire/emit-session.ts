import { MarkerReader, readyNumber } from './marker.ts';
import type { Reading, SessionReader, SessionState } from './session.ts';

/** A viewer of a job's stream, or of a space's. This file runs in Node and in k6. */
export class EmitSession implements SessionReader {
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
    // The last progress may stand in an init, and is no delivery there.
    if (!state.ready && text.includes('"init"')) {
      state.ready = true;
      return 'ready';
    }
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
