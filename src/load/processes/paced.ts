import { now } from '../clock.ts';

/**
 * Does something so many times, each at its own moment after the first, however late the one before was. `act` is told when it
 * was due, milliseconds of hrtime. Ends early where `isOver` says so.
 */
export async function paced(
  count: number,
  startAt: number,
  after: (n: number) => number,
  act: (n: number, due: number) => void,
  isOver: () => boolean = () => false,
): Promise<void> {
  for (let n = 0; n < count && !isOver(); n++) {
    const due = startAt + after(n);
    for (;;) {
      const wait = due - now();
      if (wait <= 0) break;
      // A timer would be late by up to its grain; never early, so that nothing is faster than it was.
      await new Promise((resolve) => (wait > 1 ? setTimeout(resolve, wait - 1) : setImmediate(resolve)));
    }
    act(n, due);
  }
}
