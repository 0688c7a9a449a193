import type { StageRecord } from './stage-record.ts';
import { quantileOf } from './statistics.ts';

/** Fewer seconds than these say nothing of a stage. */
const leastSeconds = 2;

/** Percent of a second in which something waited for a CPU: of the median second, and of the worst. */
export interface Pressure {
  readonly p50: number;
  readonly max: number;
}

/** How it was while publishing; undefined: not observed. */
export function pressureDuring({ system, startAt, publishedAt }: StageRecord): Pressure | undefined {
  // The second in which it began has what was there before it.
  const known = system
    .filter(({ at, pressure }) => at > startAt + 1000 && at <= publishedAt && !Number.isNaN(pressure))
    .map(({ pressure }) => pressure);
  if (known.length < leastSeconds) return undefined;
  return { p50: quantileOf(known, 0.5), max: Math.max(...known) };
}
