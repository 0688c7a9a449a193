import type { Host } from './host.ts';

/** Somebody who waits for at most one thing at a time. */
export interface Waiting {
  /** Which of its deadlines counts; 0: none. Set by `Deadlines` alone. */
  ticket: number;
  /** The one that counts has passed. */
  expired(): void;
}

/** Three lists instead of one of objects, which would be most of what k6 keeps of ours while thousands connect. */
interface Queue {
  who: Waiting[];
  tickets: number[];
  due: number[];
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
      queue = { who: [], tickets: [], due: [], next: 0, isArmed: false };
      this.#queues.set(ms, queue);
    }
    queue.who.push(who);
    queue.tickets.push(ticket);
    queue.due.push(this.#host.now() + ms);
    if (!queue.isArmed) this.#arm(queue);
  }

  clear(who: Waiting): void {
    who.ticket = 0;
  }

  #arm(queue: Queue): void {
    const due = queue.due[queue.next];
    queue.isArmed = due !== undefined;
    if (due !== undefined) this.#host.after(due - this.#host.now(), () => this.#pass(queue));
  }

  #pass(queue: Queue): void {
    const now = this.#host.now();
    for (;;) {
      const who = queue.who[queue.next];
      if (!who) {
        queue.who = [];
        queue.tickets = [];
        queue.due = [];
        queue.next = 0;
        break;
      }
      // One that does not count any more need not be waited for.
      if (queue.tickets[queue.next] === who.ticket) {
        if ((queue.due[queue.next] ?? 0) > now) break;
        who.ticket = 0;
        who.expired();
      }
      queue.next += 1;
    }
    this.#arm(queue);
  }
}
