import { now } from '../clock.ts';

/** Lets writes through one by one, in the order they came, each so long after the one before it. */
export class Turnstile {
  readonly #spacingMs: number;
  readonly #queue: { readonly due: number; readonly write: () => void }[] = [];
  /** The place of the next one in `#queue`; what stands before it was let through. */
  #next = 0;
  #busyUntil = 0;

  /** 0: none waits. */
  constructor(spacingMs: number) {
    this.#spacingMs = spacingMs;
  }

  enter(write: () => void): void {
    if (this.#spacingMs <= 0) {
      write();
      return;
    }
    // From the moment it came and not from when a timer fired, so that timers' grain takes nothing from the capacity.
    this.#busyUntil = Math.max(this.#busyUntil, now()) + this.#spacingMs;
    this.#queue.push({ due: this.#busyUntil, write });
    if (this.#queue.length - this.#next === 1) this.#wait();
  }

  #wait(): void {
    const head = this.#queue[this.#next];
    if (head) setTimeout(() => this.#pass(), Math.max(0, head.due - now()));
  }

  #pass(): void {
    const moment = now();
    for (let head = this.#queue[this.#next]; head && head.due <= moment; head = this.#queue[this.#next]) {
      this.#next += 1;
      head.write();
    }
    if (this.#next * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#next);
      this.#next = 0;
    }
    this.#wait();
  }
}
