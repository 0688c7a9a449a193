/** So many clients may be starting at a time, whatever runs there are in this process: a processor is shared by all. */
const most = 2;

let free = most;
const waiting: (() => void)[] = [];

/** Who takes longer to start does so beside others. */
const longestMs = 3000;

/** Waits for a turn to start a client; gives back what ends the turn. */
export async function startingTurn(): Promise<() => void> {
  if (free > 0) free -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  let isOver = false;
  const end = (): void => {
    clearTimeout(timer);
    if (isOver) return;
    isOver = true;
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  const timer = setTimeout(end, longestMs);
  return end;
}
