/** Says of one thing after another whether it is hit. */
export type Draw = () => boolean;

/** Hits a share of all, by a seed: as many draws hit as often, in every run. */
export function drawShare(share: number, seed: number): Draw {
  const next = numbers(seed);
  const limit = share * 0x1_0000_0000;
  return () => next() < limit;
}

/** 32 bits a draw. A xorshift whose first draws are thrown away, since small seeds begin alike. */
export function numbers(seed: number): () => number {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
  for (let thrown = 0; thrown < 8; thrown++) next();
  return next;
}
