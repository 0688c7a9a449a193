import exec from 'k6/execution';

/** `Date.now` has whole milliseconds only; this is how far a good reading may be from it. */
const mostAhead = 2;

/**
 * The wall clock in fractions of a millisecond, as the `timestamp` of k6's events is: the time since the test began,
 * which k6 has in nanoseconds, set against the wall clock when a millisecond begins. Set anew when they drift apart.
 */
export class WallClock {
  #anchor = Number.NaN;

  now(): number {
    const now = this.#anchor + exec.instance.currentTestRunDuration;
    const ahead = now - Date.now();
    if (ahead >= -1 && ahead < mostAhead) return now;
    this.#setAnchor();
    return this.#anchor + exec.instance.currentTestRunDuration;
  }

  #setAnchor(): void {
    const before = Date.now();
    for (;;) {
      const wall = Date.now();
      if (wall === before) continue;
      this.#anchor = wall - exec.instance.currentTestRunDuration;
      return;
    }
  }
}
