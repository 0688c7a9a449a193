import type { SurfaceContract } from './contract.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { EmitRules } from './rules.ts';

const known = new WeakMap<object, Map<string, SurfaceContract<EmitRules>>>();

/** The contract of the emit surface as one of its versions has it. The same object for the same question. */
export function emitIn(contract: SurfaceContract<EmitRules>, dialect: string): SurfaceContract<EmitRules> {
  const versions = known.get(contract) ?? new Map<string, SurfaceContract<EmitRules>>();
  known.set(contract, versions);
  const rules = emitRulesIn(contract.rules, dialect);
  const version = versions.get(dialect) ?? (rules === contract.rules ? contract : { ...contract, rules });
  versions.set(dialect, version);
  return version;
}

/** The rules of one version: those of the version that it extends, and what it says instead. */
export function emitRulesIn(rules: EmitRules, dialect: string): EmitRules {
  const { extends: earlier, instead } = rules.dialects[dialect] ?? {};
  const base = earlier === undefined ? rules : emitRulesIn(rules, earlier);
  return instead === undefined
    ? base
    : (mergePatch(base as unknown as Json, instead) as unknown as EmitRules);
}

/** A JSON merge patch, RFC 7396: objects are merged, null takes a key away, all else replaces what was there. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key] ?? null, value);
  }
  return merged as JsonObject;
}
