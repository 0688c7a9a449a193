import { closeSync, openSync, writeSync } from 'node:fs';
import type { LoadEvent } from './load-events.ts';

/**
 * Writes `events.ndjson` as a run goes on: one line a write, and done when `write` comes back, so that kill -9 takes
 * nothing that was told before. A file that is there already is never written over.
 */
export class EventStream {
  readonly #file: number;
  #isOpen = true;

  /** @throws Error where it cannot be written, or is there already. */
  constructor(file: string) {
    this.#file = openSync(file, 'ax');
  }

  /** @throws Error where it cannot be written, for instance on a full disk. */
  write(event: LoadEvent): void {
    let rest = Buffer.from(`${JSON.stringify(event)}\n`);
    while (rest.length > 0) rest = rest.subarray(writeSync(this.#file, rest));
  }

  /** Closes the file; a second time does nothing. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#file);
  }
}
