import { Bench } from 'tinybench';

/** How often one thing costs what another costs: one ratio for each repeat, and what they come to. */
export interface Ratio {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly repeats: readonly number[];
}

/** How long is measured: so many repeats, each of so many milliseconds for either side. */
export interface Effort {
  readonly repeats: number;
  readonly ms: number;
}

/** Two ways, side by side in one process; each call does the same work on the same input. */
export interface Pair {
  readonly subject: () => unknown;
  readonly base: () => unknown;
}

/** Repeats as one figure with its spread. */
export function ratioOf(repeats: readonly number[]): Ratio {
  const sorted = [...repeats].sort((a, b) => a - b);
  const [low = Number.NaN, high = Number.NaN] = [sorted.at(0), sorted.at(-1)];
  return { median: medianOf(sorted), low, high, repeats };
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? Number.NaN)) / 2 : upper;
}

/** Milliseconds of CPU that this process has used. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Measures a pair again and again, either side right after the other and first in turn, so that what the machine does
 * besides falls on both. One repeat more is thrown away: the code is compiled by then. What is measured is the CPU time of
 * the process, collecting garbage included: on a busy machine a long call waits for its turn several times by the clock,
 * and a short one mostly never.
 */
export async function compare({ subject, base }: Pair, { repeats, ms }: Effort): Promise<Ratio> {
  const ratios: number[] = [];
  for (let repeat = 0; repeat <= repeats; repeat++) {
    const bench = new Bench({ now: cpuMs, time: ms, iterations: 3, warmup: false, throws: true });
    const sides = [['subject', subject] as const, ['base', base] as const];
    for (const [name, run] of repeat % 2 === 0 ? sides : sides.toReversed()) bench.add(name, run);
    await bench.run();
    const medianMs = (name: string): number => {
      const result = bench.getTask(name)?.result;
      if (result?.state !== 'completed') throw new Error(`${name} was not measured: ${result?.state}`);
      return result.latency.p50;
    };
    if (repeat > 0) ratios.push(medianMs('subject') / medianMs('base'));
  }
  return ratioOf(ratios);
}
