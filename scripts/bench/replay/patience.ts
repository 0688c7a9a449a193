/**
 * How long a replay waits for what does not come: until nothing at all has come for so long, in whichever scene. On a
 * busy machine everything is late, and what is late is not lost.
 */
export class Patience {
  readonly #quietMs: number;
  #latest = performance.now();

  constructor(quietMs: number) {
    this.#quietMs = quietMs;
  }

  /** Something has come. */
  renew(): void {
    this.#latest = performance.now();
  }

  /** Calls `over` once nothing has come for long enough; what is returned calls that off. */
  wait(over: () => void): () => void {
    let isOff = false;
    let timer: NodeJS.Timeout | undefined;
    const arm = (from: number): void => {
      timer = setTimeout(
        // After a look at the sockets: who had no CPU for long finds the time over, and all that came meanwhile waiting.
        () => setImmediate(look),
        Math.max(1, from + this.#quietMs - performance.now()),
      );
    };
    const look = (): void => {
      if (isOff) return;
      if (performance.now() - Math.max(began, this.#latest) >= this.#quietMs) over();
      else arm(Math.max(began, this.#latest));
    };
    const began = performance.now();
    arm(began);
    return () => {
      isOff = true;
      clearTimeout(timer);
    };
  }
}
