import type { Door, EmitRules } from '../../contract/rules.ts';

/** Everything that a list of scopes grants, by the lattice of the rules. */
export function granted(rules: EmitRules, scopes: readonly string[]): ReadonlySet<string> {
  const all = new Set(scopes);
  for (const scope of all) for (const more of rules.scopes[scope] ?? []) all.add(more);
  return all;
}

/** What a stream asks for, read off the rows of the credentials that it admits. */
export interface DoorScopes {
  /** The least scope that opens it. */
  readonly least: string;
  /** What a viewer with these scopes sees; undefined: the door stays shut. */
  readonly viewOf: (scopes: readonly string[]) => string | undefined;
  /** Whether any of these scopes has to do with reading, be the door open to it or not. */
  readonly isReading: (scopes: readonly string[]) => boolean;
}

export function doorScopes(rules: EmitRules, door: Door, reading: (point: string) => string): DoorScopes {
  const views = new Map<string, string>();
  for (const [name, admission] of Object.entries(door.admits)) {
    for (const scope of rules.credentials[name]?.scopes ?? []) views.set(scope, admission.scope);
  }
  const shutOut = new Set(
    Object.entries(door.undecided)
      .filter(([name, { openPoint }]) => {
        // A good token in the wrong place is no good one less in the right place.
        return rules.credentials[name]?.place === 'query' && reading(openPoint) === 'refused';
      })
      .flatMap(([name]) => rules.credentials[name]?.scopes ?? []),
  );
  const least = [...views.keys()].find((scope) => !rules.scopes[scope]?.some((lesser) => views.has(lesser)));
  return {
    least: least ?? '',
    isReading: (scopes) => [...granted(rules, scopes)].some((scope) => views.has(scope)),
    viewOf(scopes) {
      const all = granted(
        rules,
        scopes.filter((scope) => !shutOut.has(scope)),
      );
      const found = [...views].filter(([scope]) => all.has(scope)).map(([, view]) => view);
      return found.includes('full') ? 'full' : found[0];
    },
  };
}
