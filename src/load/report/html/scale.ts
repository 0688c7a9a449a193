/** From values to places. */
export interface Scale {
  /** Where a value stands, in units of the drawing. */
  readonly at: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** How a tick is written. */
type Word = (value: number) => string;

const plain: Word = (value) => String(Number(value.toPrecision(6))).replace(/\B(?=(\d{3})+$)/g, '\u00a0');

/** A scale from 0 to at least `most`, with about `count` round ticks. */
export function linear(most: number, from: number, to: number, word: Word = plain, count = 5): Scale {
  const step = roundStep(Math.max(most, Number.MIN_VALUE * 1e10) / count);
  const end = Math.max(step, Math.ceil(most / step - 1e-9) * step);
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, at) => at * step);
  return {
    // What has no end stands at the end of the scale.
    at: (value) => from + (to - from) * Math.min(1, Math.max(0, value / end)),
    ticks: ticks.map((value) => ({ value, text: word(value) })),
  };
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5, 10].find((one) => one * power >= step - 1e-12 * power) ?? 10;
  return factor * power;
}

/** A logarithmic scale that holds `least` and `most`, both above 0. Ticks at 1, 2 and 5, or, of many decades, at 1 alone. */
export function logarithmic(
  least: number,
  most: number,
  from: number,
  to: number,
  word: Word = plain,
): Scale {
  const steps = Array.from({ length: 36 }, (_, at) => roundTick(at - 15)).filter((value) => value > 0);
  const begin = steps.findLastIndex((value) => value <= least * (1 + 1e-9));
  const first = steps[Math.max(0, begin)] ?? least;
  const last = steps.find((value) => value >= most * (1 - 1e-9) && value > first) ?? most;
  const [low, high] = [Math.log10(first), Math.log10(last)];
  const isShort = high - low <= 2.4;
  const ticks = steps.filter(
    (value) => value >= first && value <= last && (isShort || Number.isInteger(Math.log10(value))),
  );
  return {
    at: (value) => {
      const share = (Math.log10(Math.max(value, first)) - low) / (high - low);
      return from + (to - from) * Math.min(1, share);
    },
    ticks: ticks.map((value) => ({ value, text: word(value) })),
  };
}

/** 1, 2, 5, 10, 20, 50, … by number; 0 is 1, below it are the parts of 1. */
function roundTick(at: number): number {
  return Number(`${[1, 2, 5][((at % 3) + 3) % 3]}e${Math.floor(at / 3)}`);
}

/**
 * A scale of latencies: from 0, or logarithmic where the largest is so much more than the smallest that it would hide it.
 */
export function latencyScale(
  values: readonly number[],
  from: number,
  to: number,
): Scale & { readonly unit: string } {
  const finite = values.filter((value) => Number.isFinite(value) && value > 0);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  if (finite.length === 0) return { ...linear(1, from, to), unit: 'ms' };
  if (most / least <= 50) return { ...linear(most, from, to), unit: 'ms' };
  return { ...logarithmic(least, most, from, to), unit: 'ms, logarithmic' };
}
