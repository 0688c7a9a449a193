import type { PusherRules } from '../../contract/pusher-rules.ts';
import { mapped, type RulesMap } from '../../suite/rules-map.ts';

/** The life of a job, as a dialect has it. */
export function mapOf({ dialects }: PusherRules, dialect: string): RulesMap | undefined {
  const own = dialects[dialect];
  return own && { automaton: mapped('a job', own.automaton, ({ from, to }) => stepWord(from, to)) };
}

export function stepWord(from: string, to: string): string {
  return `transition/${from}/${to}`;
}
