import * as timers from 'k6/timers';

// k6 puts its modules together anew whenever one of their names is used.
const { clearInterval, clearTimeout, setInterval, setTimeout } = timers;

/** A VU's timers: one that is left would keep it from ending. */
export class Timers {
  readonly #broken: (cause: unknown) => void;
  readonly #timeouts = new Set<number>();
  readonly #intervals = new Set<number>();

  /** `broken` is told what was thrown: it would end the VU. */
  constructor(broken: (cause: unknown) => void) {
    this.#broken = broken;
  }

  after(ms: number, run: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timeouts.delete(timer);
      this.#guarded(run);
    }, ms);
    this.#timeouts.add(timer);
    return () => {
      if (this.#timeouts.delete(timer)) clearTimeout(timer);
    };
  }

  every(ms: number, run: () => void): () => void {
    const timer = setInterval(() => this.#guarded(run), ms);
    this.#intervals.add(timer);
    return () => {
      if (this.#intervals.delete(timer)) clearInterval(timer);
    };
  }

  clear(): void {
    for (const timer of this.#timeouts) clearTimeout(timer);
    for (const timer of this.#intervals) clearInterval(timer);
    this.#timeouts.clear();
    this.#intervals.clear();
  }

  #guarded(run: () => void): void {
    try {
      run();
    } catch (cause) {
      this.#broken(cause);
    }
  }
}
