import type { SurfaceName } from '../contract/requirement.ts';
import { type Outcome, worse } from '../suite/judgement.ts';
import type { MappedStep, ScopeCell } from '../suite/rules-map.ts';
import type { CheckResult } from './check-result.ts';
import { checkKey, type TargetPlan } from './plan.ts';

/** What a run made of a place of the rules. */
export interface Reached {
  /** How many cases asked for it in this run. */
  readonly cases: number;
  /** The worst that its checks came to; absent where none asked for it. */
  readonly outcome?: Outcome;
  /** How often it was on the wire. */
  readonly seen: number;
}

/** The rules of a target's surface that can be drawn, with what the run made of each place. */
export interface Exercised {
  readonly target: string;
  readonly surface: SurfaceName;
  readonly automaton: {
    /** What goes through it: `a job`. */
    readonly of: string;
    readonly initial: string;
    readonly states: readonly string[];
    readonly terminal: readonly string[];
    readonly steps: readonly (Omit<MappedStep, 'word'> & Reached)[];
  };
  readonly scopes?: {
    readonly events: readonly string[];
    readonly scopes: readonly string[];
    readonly cells: readonly (Omit<ScopeCell, 'word'> & Reached)[];
  };
}

/** Holds the map of a target's rules against what its checks came to and what its monitors saw. Pure. */
export function exercisedOf(
  plan: TargetPlan,
  results: readonly CheckResult[],
  seen: ReadonlyMap<string, number> = new Map(),
): Exercised | undefined {
  const { map } = plan.suite;
  if (!map) return undefined;
  const outcomes = new Map(results.map((result) => [checkKey(result), result.outcome]));
  const reached = ({ word, requirements }: Pick<MappedStep, 'word' | 'requirements'>): Reached => ({
    ...(word === null ? { cases: 0 } : askedFor(word, requirements, plan, outcomes)),
    seen: word === null ? 0 : (seen.get(word) ?? 0),
  });
  const { steps, ...automaton } = map.automaton;
  return {
    target: plan.target.name,
    surface: plan.target.surface,
    automaton: {
      ...automaton,
      steps: steps.map((step) => ({ ...withoutWord(step), ...reached(step) })),
    },
    ...(map.scopes
      ? {
          scopes: {
            ...map.scopes,
            cells: map.scopes.cells.map((cell) => ({ ...withoutWord(cell), ...reached(cell) })),
          },
        }
      : {}),
  };
}

/** Cases that cover a place, and what those of their checks came to that are about it. */
function askedFor(
  word: string,
  requirements: readonly string[],
  { checks, suite }: TargetPlan,
  outcomes: ReadonlyMap<string, Outcome>,
): Omit<Reached, 'seen'> {
  const covering = new Set(suite.cases.filter(({ covers }) => covers?.includes(word)).map(({ id }) => id));
  const asked = checks.filter((check) => covering.has(check.case));
  const about = asked.filter(({ group }) => group.some((id) => requirements.includes(id)));
  const judged = (about.length > 0 ? about : asked).flatMap((check) => {
    const outcome = outcomes.get(checkKey(check));
    return outcome === undefined || outcome === 'not-applicable' || outcome === 'not-run'
      ? []
      : [{ id: check.case, outcome }];
  });
  if (judged.length === 0) return { cases: 0 };
  return {
    cases: new Set(judged.map(({ id }) => id)).size,
    outcome: judged.map(({ outcome }) => outcome).reduce<Outcome>(worse, 'passed'),
  };
}

function withoutWord<T extends { readonly word: string | null }>({ word: _, ...rest }: T): Omit<T, 'word'> {
  return rest;
}
