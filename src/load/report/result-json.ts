import type { LoadResult } from '../verdict/load-result.ts';

/**
 * `result.json`, as `specs/formats/load-result.schema.json` has it. JSON has no infinity: what is longer than can be
 * measured, or was never observed, is null in it (`read-load.ts` tells them apart again).
 */
export function resultJson(result: LoadResult): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}
