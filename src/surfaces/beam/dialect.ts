import type { BeamDialect, BeamRules } from '../../contract/beam-rules.ts';

/** The switches of a dialect. */
export function dialectOf(rules: BeamRules, dialect: string): BeamDialect {
  const switches = rules.dialects[dialect];
  if (!switches) throw new Error(`beam has no dialect ${dialect}`);
  return switches;
}

/** Whether a cell of the rules holds in a dialect; one that names none holds in all. */
export function holdsIn(dialect: string): (cell: { readonly dialects?: readonly string[] }) => boolean {
  return (cell) => cell.dialects?.includes(dialect) ?? true;
}
