/** Milliseconds of the monotonic clock that all processes of a machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A reading of the wall clock between two of the monotonic one that lie further apart was interrupted. Milliseconds. */
const mostBetween = 0.1;
const mostTries = 5;

/**
 * Wall clock less monotonic clock, in milliseconds. `Date.now` has whole ones only, so the moment of a tick is
 * waited for, for at most 2 ms as a rule; the result is good to a tenth of one. A process that is interrupted just then
 * waits for another tick; where that happens each time, the best of them counts: each is at most the truth.
 */
export function wallOffset(): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let tries = 0; tries < mostTries; tries++) {
    const { offset, between } = offsetAtTick();
    best = Math.max(best, offset);
    if (between <= mostBetween) return offset;
  }
  return best;
}

function offsetAtTick(): { readonly offset: number; readonly between: number } {
  let wallBefore = Date.now();
  let before = now();
  for (;;) {
    const wall = Date.now();
    const after = now();
    if (wall !== wallBefore) return { offset: wall - after, between: after - before };
    wallBefore = wall;
    before = after;
  }
}
