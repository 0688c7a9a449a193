/** How long a client may wait for what is due: long enough on a busy machine, and tests that wait for nothing share it. */
const patienceMs = 6000;

/**
 * What a client has been told so far, and the wait for what is due.
 * @template T what it is told of, each time
 */
export class Heard<T> {
  readonly all: T[] = [];
  #failure: Error | undefined;
  readonly #listeners = new Set<() => void>();

  /** It was told something. */
  readonly tell = (told: T): void => {
    this.all.push(told);
    this.#look();
  };

  /** It was told that it will hear nothing more. */
  readonly fail = (why: unknown): void => {
    this.#failure ??= why instanceof Error ? why : new Error(JSON.stringify(why));
    this.#look();
  };

  /**
   * Waits until it has been told such a thing.
   * @throws Error where it was told of a failure, or of nothing of the kind in time.
   */
  async until(what: string, matches: (told: T) => boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        settle();
      };
      const look = (): void => {
        const found = this.all.find(matches);
        if (found !== undefined) end(() => resolve(found));
        else if (this.#failure) end(() => reject(this.#failure));
      };
      const late = (): void => end(() => reject(new Error(`the client did not see ${what}`)));
      const timer = setTimeout(late, patienceMs);
      this.#listeners.add(look);
      look();
    });
  }

  #look(): void {
    for (const look of [...this.#listeners]) look();
  }
}
