import { type Contract, InputError } from '../contract/contract.ts';
import { surfaceNames } from '../contract/requirement.ts';
import type { OpenPoint } from '../contract/rules.ts';
import { didYouMean } from './near-matches.ts';

/**
 * The reading of every open point: the first one listed, unless another is asked for.
 * @throws InputError for a point or a reading that the specs do not list.
 */
export function chooseReadings(
  contract: Contract,
  wanted: Readonly<Record<string, string>> = {},
): (point: string) => string {
  const points = new Map<string, OpenPoint>(
    surfaceNames.flatMap((surface) => contract[surface].openPoints).map((point) => [point.id, point]),
  );
  for (const [id, reading] of Object.entries(wanted)) {
    const point = points.get(id);
    if (!point)
      throw new InputError(`--reading ${id}: no such open point; ${didYouMean(id, [...points.keys()])}`);
    if (!point.readings.includes(reading)) {
      throw new InputError(`--reading ${id}=${reading}: the readings are ${point.readings.join(', ')}`);
    }
  }
  return (id) => {
    const point = points.get(id);
    const reading = wanted[id] ?? point?.readings[0];
    if (reading === undefined) throw new Error(`the specs have no open point ${id}`);
    return reading;
  };
}
