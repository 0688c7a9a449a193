import type { Host } from './host.ts';

/** Somebody who waits for at most one thing at a time. */
export interface Waiting {
  /** Which of its deadlines counts; 0: none. Set by `Deadlines` alone. */
  ticket: number;
  /** The one that counts has passed. */
  expired(): void;
}

interface Queue {
  entries: { readonly who: Waiting; readonly ticket: number; readonly due: number }[];
  /** Those before it have passed. */
  next: number;
  isArmed: boolean;
}

/**
 * Deadlines of thousands, with one timer for all that last equally long: those pass in the order in which they were set. A timer
 * and its functions for each would be most of what a connection leaves behind as garbage. This file runs in Node and in k6.
 */
export class Deadlines {
  readonly #host: Host;
  readonly #queues = new Map<number, Queue>();
  #tickets = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Has `who.expired` called after so many milliseconds, unless it is set anew or cleared before. */
  set(who: Waiting, ms: number): void {
    const ticket = this.#tickets + 1;
    this.#tickets = ticket;
    who.ticket = ticket;
    let queue = this.#queues.get(ms);
    if (!queue) {
      queue = { entries: [], next: 0, isArmed: false };
      this.#queues.set(ms, queue);
    }
    queue.entries.push({ who, ticket, due: this.#host.now() + ms });
    if (!queue.isArmed) this.#arm(queue);
  }

  clear(who: Waiting): void {
    who.ticket = 0;
  }

  #arm(queue: Queue): void {
    const head = queue.entries[queue.next];
    queue.isArmed = head !== undefined;
    if (head) this.#host.after(head.due - this.#host.now(), () => this.#pass(queue));
  }

  #pass(queue: Queue): void {
    const now = this.#host.now();
    for (;;) {
      const head = queue.entries[queue.next];
      if (!head) {
        queue.entries = [];
        queue.next = 0;
        break;
      }
      // One that does not count any more need not be waited for.
      if (head.ticket === head.who.ticket) {
        if (head.due > now) break;
        head.who.ticket = 0;
        head.who.expired();
      }
      queue.next += 1;
    }
    this.#arm(queue);
  }
}
