/**
 * Calls back once so many milliseconds have passed, but not before all that had arrived by then was read. Node
 * runs timers before it reads sockets: a process that was held up would otherwise take its own delay for the
 * other side's silence, and blame a server that had answered in time.
 *
 * Gives back what calls it off.
 */
export function deadline(ms: number, late: () => void): () => void {
  let turn: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    // The first turn comes after the sockets were read, the second after what was read has been dealt with.
    turn = setImmediate(() => {
      turn = setImmediate(late);
    });
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
}
