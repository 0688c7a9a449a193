import type { Host } from './host.ts';

/** One handshake to be begun. It calls `done` when it is decided, however. */
type Begin = (done: () => void) => void;

/**
 * Begins handshakes on an absolute schedule, so many at a time at most: one that is late because others are still
 * under way does not move those after it. This file runs in Node and in k6.
 */
export class Handshakes {
  readonly #host: Host;
  readonly #most: number;
  /** Sorted by `due`; those before `#next` have been begun. */
  #waiting: { readonly due: number; readonly begin: Begin }[] = [];
  #next = 0;
  #underWay = 0;
  #cancel: (() => void) | undefined;

  constructor(host: Host, most: number) {
    this.#host = host;
    this.#most = most;
  }

  add(items: readonly { readonly due: number; readonly begin: Begin }[]): void {
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
      this.#begin(item.begin);
    }
  }

  #begin(begin: Begin): void {
    this.#underWay += 1;
    let isDone = false;
    begin(() => {
      if (isDone) return;
      isDone = true;
      this.#underWay -= 1;
      this.#pump();
    });
  }
}
