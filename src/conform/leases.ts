/** Exclusive use of named things (spaces), taken together and in sorted order, so that nobody waits in a ring. */
export class Leases {
  readonly #taken = new Set<string>();
  readonly #retired = new Map<string, string>();
  readonly #waiting: {
    readonly wants: (free: (name: string) => boolean) => readonly string[] | undefined;
    readonly give: (names: readonly string[]) => void;
    readonly fail: (reason: Error) => void;
  }[] = [];

  /**
   * Waits until `choose` finds what it wants among the free names, and takes it.
   * `choose` returns undefined while it has to wait.
   * @throws Error where it could wait for ever, since too much has been retired.
   */
  async take(choose: (free: (name: string) => boolean) => readonly string[] | undefined): Promise<{
    readonly names: readonly string[];
    readonly release: () => void;
  }> {
    const names = await new Promise<readonly string[]>((resolve, reject) => {
      this.#waiting.push({ wants: choose, give: resolve, fail: reject });
      this.#serve();
    });
    let held = true;
    return {
      names,
      release: () => {
        if (!held) return;
        held = false;
        for (const name of names) this.#taken.delete(name);
        this.#serve();
      },
    };
  }

  /** Takes a name out of use for the rest of the run. */
  retire(name: string, reason: string): void {
    this.#retired.set(name, reason);
    this.#serve();
  }

  get retired(): ReadonlyMap<string, string> {
    return this.#retired;
  }

  #serve(): void {
    for (let at = 0; at < this.#waiting.length; ) {
      const waiter = this.#waiting[at];
      const names = waiter?.wants((name) => !this.#taken.has(name) && !this.#retired.has(name));
      if (!waiter) break;
      if (!names) {
        if (waiter.wants((name) => !this.#retired.has(name))) at += 1;
        else {
          this.#waiting.splice(at, 1);
          waiter.fail(
            new Error(
              `nothing left to lease: ${[...this.#retired].map(([name, why]) => `${name}: ${why}`).join('; ')}`,
            ),
          );
        }
        continue;
      }
      for (const name of names) this.#taken.add(name);
      this.#waiting.splice(at, 1);
      waiter.give(names);
    }
  }
}
