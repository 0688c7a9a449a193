import * as timers from 'k6/timers';

// k6 puts its modules together anew whenever one of their names is used.
const { clearInterval, clearTimeout, setInterval, setTimeout } = timers;

/** A VU's timers: one that is left would keep it from ending. */
export class Timers {
  readonly #cancels = new Set<() => void>();

  after(ms: number, run: () => void): () => void {
    const timer = setTimeout(() => {
      this.#cancels.delete(cancel);
      run();
    }, ms);
    const cancel = this.#kept(() => clearTimeout(timer));
    return cancel;
  }

  every(ms: number, run: () => void): () => void {
    const timer = setInterval(run, ms);
    return this.#kept(() => clearInterval(timer));
  }

  clear(): void {
    for (const cancel of this.#cancels) cancel();
  }

  #kept(clear: () => void): () => void {
    const cancel = (): void => {
      if (this.#cancels.delete(cancel)) clear();
    };
    this.#cancels.add(cancel);
    return cancel;
  }
}
