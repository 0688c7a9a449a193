/** Spaces requests evenly where a target allows only so many a second; without a limit nobody waits. */
export function turns(perSecond: number | undefined): () => Promise<void> {
  if (perSecond === undefined) return async () => {};
  const gap = 1000 / perSecond;
  let next = performance.now();
  return async () => {
    const mine = Math.max(next, performance.now());
    next = mine + gap;
    const wait = mine - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  };
}
