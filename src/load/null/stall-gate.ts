import { now } from '../clock.ts';

/** Lets writes through, but for the last part of each period, when they queue. */
export class StallGate {
  readonly #forMs: number;
  readonly #everyMs: number;
  #began = Number.NaN;
  #queue: (() => void)[] = [];

  constructor(stall: { readonly forMs: number; readonly everyMs: number } | undefined) {
    this.#forMs = stall?.forMs ?? 0;
    this.#everyMs = stall?.everyMs ?? 0;
  }

  /** The periods begin with the first delivery, and whenever the ledger begins anew with the next. */
  begin(): void {
    if (Number.isNaN(this.#began)) this.#began = now();
  }

  restart(): void {
    this.#began = Number.NaN;
  }

  /** Writes now, or, in its turn, when the stall is over. Answers whether it had to wait. */
  run(write: () => void): boolean {
    const left = this.#queue.length > 0 ? 1 : this.#left();
    if (left <= 0) {
      write();
      return false;
    }
    if (this.#queue.length === 0) this.#openAfter(left);
    this.#queue.push(write);
    return true;
  }

  #openAfter(ms: number): void {
    setTimeout(() => {
      // Timers may be early by a fraction.
      const left = this.#left();
      if (left > 0) return this.#openAfter(left);
      const queue = this.#queue;
      this.#queue = [];
      for (const write of queue) write();
    }, ms);
  }

  /** Milliseconds until the stall ends; 0 or less: there is none. */
  #left(): number {
    if (this.#everyMs <= 0 || Number.isNaN(this.#began)) return 0;
    const into = (now() - this.#began) % this.#everyMs;
    return into >= this.#everyMs - this.#forMs ? this.#everyMs - into : 0;
  }
}
