import type { Host } from './host.ts';

/** Handshakes to be begun, in the order in which they are due. */
export interface Handshakes {
  readonly count: number;
  /** When the n-th is due; never before the one ahead of it. */
  due(n: number): number;
  /** Begins it, and calls `done` once, when it is decided, however. */
  begin(n: number, done: () => void): void;
}

interface Batch {
  readonly handshakes: Handshakes;
  next: number;
}

/**
 * Begins handshakes on an absolute schedule, so many at a time at most: one that is late because others are still
 * under way does not move those after it. This file runs in Node and in k6.
 */
export class HandshakePump {
  readonly #host: Host;
  readonly #most: number;
  /** Of which some have yet to be begun. */
  #waiting: Batch[] = [];
  #underWay = 0;
  #cancel: (() => void) | undefined;
  /** One for all: thousands are begun. */
  readonly #done: () => void;
  readonly #wake: () => void;

  constructor(host: Host, most: number) {
    this.#host = host;
    this.#most = most;
    // Not where it is declared: k6 loses `this` in functions that are made there.
    this.#done = () => {
      this.#underWay -= 1;
      // Whoever is next is not due yet.
      if (!this.#cancel) this.#pump();
    };
    this.#wake = () => this.#pump();
  }

  add(handshakes: Handshakes): void {
    if (handshakes.count > 0) this.#waiting.push({ handshakes, next: 0 });
    this.#pump();
  }

  /** Begins no more. */
  stop(): void {
    this.#waiting = [];
    this.#cancel?.();
  }

  #pump(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const now = this.#host.now();
    while (this.#underWay < this.#most) {
      const batch = this.#earliest();
      if (!batch) return;
      const { handshakes, next } = batch;
      const due = handshakes.due(next);
      if (due > now) {
        this.#cancel = this.#host.after(due - now, this.#wake);
        return;
      }
      batch.next += 1;
      // What is needed to begin them is needed no more.
      if (batch.next === handshakes.count) this.#waiting = this.#waiting.filter((one) => one !== batch);
      this.#underWay += 1;
      handshakes.begin(next, this.#done);
    }
  }

  /** Whose next one is due first; of two at once, the one that was added first. */
  #earliest(): Batch | undefined {
    let [found] = this.#waiting;
    for (const batch of this.#waiting) {
      if (found && batch.handshakes.due(batch.next) < found.handshakes.due(found.next)) found = batch;
    }
    return found;
  }
}
