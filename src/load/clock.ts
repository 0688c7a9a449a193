/** Milliseconds of the monotonic clock that all processes of a machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * Wall clock less monotonic clock, in milliseconds. `Date.now` has whole ones only, so the moment of a tick is
 * waited for, for at most 2 ms; the result is good to some microseconds.
 */
export function wallOffset(): number {
  const before = Date.now();
  for (;;) {
    const wall = Date.now();
    if (wall !== before) return wall - now();
  }
}
