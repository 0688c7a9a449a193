import type { Exercised, Reached } from '../../conform/exercised.ts';

/** How a step is drawn: `failed`, `seen` on the wire, `asked` for and not seen, `silent` by its nature, or `idle`. */
export type ReachedAs = 'failed' | 'seen' | 'asked' | 'silent' | 'idle';

type Step = Exercised['automaton']['steps'][number];

/** What became of a step, in the word that its line is drawn by. */
export function reachedAs(step: Step | undefined): ReachedAs {
  if (step === undefined) return 'idle';
  if (step.outcome === 'failed') return 'failed';
  if (step.seen > 0) return 'seen';
  if (step.event === null) return 'silent';
  return step.cases > 0 ? 'asked' : 'idle';
}

/** The same as a sentence's end, for a table. */
export function reachedWords(step: Step): string {
  const asked = askedWords(step);
  if (step.event === null) return 'nothing on the wire shows it';
  return `${asked}; ${seenWords(step)}`;
}

/** How many cases asked for a place, and what they came to. */
export function askedWords({ cases, outcome }: Pick<Reached, 'cases' | 'outcome'>): string {
  if (cases === 0 || outcome === undefined) return 'not asked for';
  return `${outcome} by ${cases} ${cases === 1 ? 'case' : 'cases'}`;
}

/** How often a place was on the wire. */
export function seenWords({ seen }: Pick<Reached, 'seen'>): string {
  return seen === 0 ? 'not seen' : seen === 1 ? 'seen once' : `seen ${seen} times`;
}
