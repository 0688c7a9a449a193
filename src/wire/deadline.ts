/** Later than this, it is we who were held up: milliseconds. */
const heldUpMs = 50;

/** How often the time that we were held up for is given again. */
const most = 3;

/**
 * Calls back once so many milliseconds have passed in which this process was there to listen, and not before all
 * that had arrived by then was read. Node runs timers before it reads sockets: a process that was held up would
 * otherwise take its own delay for the other side's silence, and blame a server that had answered in time.
 *
 * Gives back what calls it off.
 */
export function deadline(ms: number, late: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  let given = 0;
  const wait = (patience: number): void => {
    const due = performance.now() + patience;
    timer = setTimeout(() => {
      const heldUp = performance.now() - due;
      if (heldUp > heldUpMs && given++ < most) wait(Math.min(heldUp, ms));
      else {
        // The first turn comes after the sockets were read, the second after what was read has been dealt with.
        turn = setImmediate(() => {
          turn = setImmediate(late);
        });
      }
    }, patience);
  };
  wait(ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
}
