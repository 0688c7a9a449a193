import type { Automaton, Ids } from '../contract/rules.ts';

/** What of a surface's rules can be drawn: the life of what it is about, and what each scope is shown of it. */
export interface RulesMap {
  readonly automaton: MappedAutomaton;
  readonly scopes?: ScopeMatrix;
}

/** A status automaton; `word` is what cases name a step by in `covers`, and monitors in `passes`. */
export interface MappedAutomaton {
  /** What goes through it: `a job`. */
  readonly of: string;
  readonly initial: string;
  readonly states: readonly string[];
  readonly terminal: readonly string[];
  readonly steps: readonly MappedStep[];
}

export interface MappedStep {
  /** Null where nothing on the wire shows it. */
  readonly word: string | null;
  readonly from: string;
  readonly to: string;
  readonly on: string;
  readonly event: string | null;
  readonly requirements: Ids;
}

/** Event type × scope → what becomes of the data. */
export interface ScopeMatrix {
  readonly events: readonly string[];
  readonly scopes: readonly string[];
  readonly cells: readonly ScopeCell[];
}

export interface ScopeCell {
  readonly word: string;
  readonly event: string;
  readonly scope: string;
  /** In a word or two: `kept`, `null`, `not sent`. */
  readonly data: string;
  readonly requirements: Ids;
}

/** An automaton of the rules as one that is drawn. */
export function mapped(
  of: string,
  { initial, states, terminal, transitions }: Automaton,
  word: (step: Automaton['transitions'][number]) => string,
): MappedAutomaton {
  const steps = transitions.map((step) => ({
    word: step.event === null ? null : word(step),
    from: step.from,
    to: step.to,
    on: step.on,
    event: step.event,
    requirements: step.requirements,
  }));
  return { of, initial, states, terminal, steps };
}
