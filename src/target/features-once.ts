import type { Contract } from '../contract/contract.ts';
import type { JsonObject } from '../contract/json.ts';

/**
 * Both apps of our own server share one code for what no dialect says otherwise (presence and the like): in the default
 * run the first of them is asked for it. `prove` and whoever serves it asks both.
 */
export function featuresOnce(entries: readonly JsonObject[], contract: Contract): readonly JsonObject[] {
  const features = new Set<unknown>(
    Object.values(contract.pusher.rules.features).map(({ capability }) => capability),
  );
  const first = entries.find(({ surface }) => surface === 'pusher');
  return entries.map((entry) => {
    const { surface, capabilities } = entry;
    if (surface !== 'pusher' || entry === first || !Array.isArray(capabilities)) return entry;
    return { ...entry, capabilities: capabilities.filter((word) => !features.has(word)) };
  });
}
