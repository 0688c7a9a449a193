/** Later than this, it is we who were held up, and what the other side has said may still be in a buffer. */
const heldUpMs = 50;

/** How often the time that we were held up for is given again. */
const most = 3;

/**
 * Calls back once so many milliseconds have passed in which this process was there to listen. Gives back what
 * cancels it. A process that got no processor for two seconds must not say that nobody answered in one.
 */
export function deadline(ms: number, passed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let last: NodeJS.Immediate | undefined;
  let given = 0;
  const wait = (patience: number): void => {
    const due = performance.now() + patience;
    timer = setTimeout(() => {
      const late = performance.now() - due;
      if (late > heldUpMs && given++ < most) wait(Math.min(late, ms));
      // Timers come before sockets: what has arrived meanwhile is read first.
      else last = setImmediate(passed);
    }, patience);
  };
  wait(ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(last);
  };
}
