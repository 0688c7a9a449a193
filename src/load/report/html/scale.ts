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
    at: (value) => from + ((to - from) * Math.max(0, value)) / end,
    ticks: ticks.map((value) => ({ value, text: word(value) })),
  };
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5, 10].find((one) => one * power >= step - 1e-12 * power) ?? 10;
  return factor * power;
}

/** A logarithmic scale that holds `least` and `most`, both above 0. Ticks at 1, 2 and 5 where there is room, else at 1. */
export function logarithmic(
  least: number,
  most: number,
  from: number,
  to: number,
  word: Word = plain,
): Scale {
  const low = Math.floor(Math.log10(least) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(most) - 1e-9));
  const factors = high - low <= 2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = low; power <= high; power++) {
    for (const factor of power === high ? [1] : factors)
      ticks.push(Number((factor * 10 ** power).toPrecision(3)));
  }
  return {
    at: (value) => {
      const share = (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low);
      return from + (to - from) * Math.min(1, share);
    },
    ticks: ticks.map((value) => ({ value, text: word(value) })),
  };
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
