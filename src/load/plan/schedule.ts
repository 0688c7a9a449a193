import type { LoadPlan, StageShape } from './load-plan.ts';

/** When the n-th publish of a stage is due, in milliseconds after the first. Warm-up goes at the first pace. */
export function dueAfter(stage: StageShape, n: number): number {
  const [first] = stage.pace;
  if (!first) return Number.NaN;
  if (n < stage.warmup) return (n * 1000) / first.rate;
  let at = (stage.warmup * 1000) / first.rate;
  let left = n - stage.warmup;
  for (const { rate, publishes } of stage.pace) {
    if (left < publishes) return at + (left * 1000) / rate;
    at += (publishes * 1000) / rate;
    left -= publishes;
  }
  return at;
}

/**
 * The same sequence of channels in every process: which channel the n-th publish goes to, and its number there.
 * Even: in turn. Skewed: every other one to the first tenth of the channels, drawn by the seed.
 */
export class ChannelOrder {
  readonly channel: Uint16Array;
  readonly seq: Uint32Array;
  /** Publishes per channel. */
  readonly perChannel: Uint32Array;

  constructor(plan: Pick<LoadPlan, 'stage' | 'channels' | 'seed'>, publishes: number) {
    const count = Math.max(1, plan.channels.length);
    this.channel = new Uint16Array(publishes);
    this.seq = new Uint32Array(publishes);
    this.perChannel = new Uint32Array(count);
    const draw = drawer(plan.seed);
    const tenth = Math.max(1, Math.floor(count / 10));
    for (let n = 0; n < publishes; n++) {
      const chosen = plan.stage.spread === 'even' ? n % count : n % 2 === 0 ? draw() % tenth : draw() % count;
      this.channel[n] = chosen;
      const seq = this.perChannel[chosen] ?? 0;
      this.seq[n] = seq;
      this.perChannel[chosen] = seq + 1;
    }
  }
}

/** A xorshift generator: 32 bits a draw, the same everywhere. */
function drawer(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

/**
 * When a subscriber's own n-th input is due on beam, in milliseconds after the first of all: the subscribers
 * take turns, so that all of them together keep the stage's rate.
 */
export function dueOfSeat(stage: StageShape, seat: number, n: number): number {
  return dueAfter(stage, n * stage.subscribers + seat);
}

/** How many inputs a subscriber sends on beam. */
export function inputsOfSeat(stage: StageShape, publishes: number, seat: number): number {
  return Math.max(0, Math.ceil((publishes - seat) / stage.subscribers));
}
