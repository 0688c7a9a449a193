import type { BeamRules } from '../../contract/beam-rules.ts';
import { mapped, type RulesMap } from '../../suite/rules-map.ts';

/** The life of a connection. */
export function mapOf({ connection }: BeamRules): RulesMap {
  return { automaton: mapped('a connection', connection, ({ from, on }) => stepWord(from, on)) };
}

export function stepWord(from: string, on: string): string {
  return `connection/${from}/${on}`;
}
