import type { Requirement } from '../contract/requirement.ts';

/** How requirements hang together, as far as faults are concerned. */
export interface Groups {
  /** All that say the same as one, itself among them; an open point stands alone. */
  readonly of: (id: string) => readonly string[];
  /** Whether a check of a requirement may fail where others are broken: it is one of them, or includes one. */
  readonly mayFail: (id: string, broken: ReadonlySet<string>) => boolean;
  /** Dialects that have a member of the group; undefined: all. An open point has none of its own. */
  readonly dialectsOf: (id: string) => readonly string[] | undefined;
}

/** Reads `sameAs` and `includes` of a surface's requirements. */
export function groupsOf(requirements: readonly Requirement[]): Groups {
  const byId = new Map(requirements.map((row) => [row.id, row]));
  const groupOf = (id: string): readonly string[] => byId.get(id)?.group ?? [id];
  const mayFail = (id: string, broken: ReadonlySet<string>, seen: ReadonlySet<string>): boolean => {
    if (seen.has(id)) return false;
    const passed = new Set([...seen, id]);
    return groupOf(id).some(
      (member) =>
        broken.has(member) || byId.get(member)?.includes.some((part) => mayFail(part, broken, passed)),
    );
  };
  return {
    of: groupOf,
    mayFail: (id, broken) => mayFail(id, broken, new Set()),
    dialectsOf(id) {
      if (!byId.has(id)) return [];
      const lists = groupOf(id).map((member) => byId.get(member)?.applies.dialects);
      return lists.includes(undefined) ? undefined : [...new Set(lists.flatMap((list) => list ?? []))];
    },
  };
}
