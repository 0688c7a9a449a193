import type { Host } from './host.ts';

/** One handshake to be begun. */
export interface Handshake {
  readonly due: number;
  /** Calls `done` once, when it is decided, however. */
  begin(done: () => void): void;
}

/**
 * Begins handshakes on an absolute schedule, so many at a time at most: one that is late because others are still
 * under way does not move those after it. This file runs in Node and in k6.
 */
export class Handshakes {
  readonly #host: Host;
  readonly #most: number;
  /** Sorted by `due`; those before `#next` have been begun. */
  #waiting: Handshake[] = [];
  #next = 0;
  #underWay = 0;
  #cancel: (() => void) | undefined;
  /** One for all: thousands are begun. */
  readonly #done: () => void;

  constructor(host: Host, most: number) {
    this.#host = host;
    this.#most = most;
    // Not where it is declared: k6 loses `this` in functions that are made there.
    this.#done = () => {
      this.#underWay -= 1;
      this.#pump();
    };
  }

  add(items: readonly Handshake[]): void {
    this.#waiting = [...this.#waiting.slice(this.#next), ...items].sort((a, b) => a.due - b.due);
    this.#next = 0;
    this.#pump();
  }

  /** Begins no more. */
  stop(): void {
    this.#waiting = [];
    this.#next = 0;
    this.#cancel?.();
  }

  #pump(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const now = this.#host.now();
    while (this.#underWay < this.#most) {
      const item = this.#waiting[this.#next];
      if (!item) {
        // What was needed to begin them is needed no more, and there may be thousands.
        this.#waiting = [];
        this.#next = 0;
        return;
      }
      if (item.due > now) {
        this.#cancel = this.#host.after(item.due - now, () => this.#pump());
        return;
      }
      this.#next += 1;
      this.#underWay += 1;
      item.begin(this.#done);
    }
  }
}
