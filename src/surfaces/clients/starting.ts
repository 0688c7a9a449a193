/** So many clients may be starting at a time. */
const most = 2;

/** Takes turns: a turn is given when one is given back. */
export class StartingTurns {
  #free = most;
  readonly #waiting: (() => void)[] = [];

  async take(): Promise<{ readonly release: () => void }> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return {
      release: () => {
        const next = this.#waiting.shift();
        if (next) next();
        else this.#free += 1;
      },
    };
  }
}

/** The turns of a run. */
export function startingTurns(shared: Map<string, unknown>): StartingTurns {
  const known = shared.get('starting');
  if (known instanceof StartingTurns) return known;
  const made = new StartingTurns();
  shared.set('starting', made);
  return made;
}
