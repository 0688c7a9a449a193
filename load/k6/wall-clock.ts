import exec from 'k6/execution';

/** `Date.now` has whole milliseconds only; this is how far a good reading may be from it. */
const mostAhead = 2;

/**
 * The wall clock in fractions of a millisecond, as the `timestamp` of k6's events is: the time since the test began,
 * which k6 has in nanoseconds, set against the wall clock when a millisecond begins. A script that was interrupted just
 * then has set it too early; the wall clock shows that whenever it is past our reading, and sets it right.
 */
export class WallClock {
  #anchor = Number.NaN;
  /** k6 makes it anew whenever it is asked for, and knows none before the VU runs. */
  #instance: typeof exec.instance | undefined;

  now(): number {
    this.#instance ??= exec.instance;
    const instance = this.#instance;
    const wall = Date.now();
    const ran = instance.currentTestRunDuration;
    const ahead = this.#anchor + ran - wall;
    // What was read first cannot be later.
    if (ahead < 0) this.#anchor -= ahead;
    else if (!(ahead < mostAhead)) this.#setAnchor(instance);
    else return wall + ahead;
    return this.#anchor + instance.currentTestRunDuration;
  }

  #setAnchor(instance: typeof exec.instance): void {
    const before = Date.now();
    for (;;) {
      const wall = Date.now();
      if (wall === before) continue;
      this.#anchor = wall - instance.currentTestRunDuration;
      return;
    }
  }
}
