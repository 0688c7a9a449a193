/** At most so many tasks at a time; the rest wait their turn in order. */
export class Pool {
  readonly #size: number;
  #busy = 0;
  readonly #queue: (() => void)[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#busy >= this.#size) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#busy += 1;
    try {
      return await task();
    } finally {
      this.#busy -= 1;
      this.#queue.shift()?.();
    }
  }
}
