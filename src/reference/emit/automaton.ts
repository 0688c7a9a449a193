import type { Automaton, Transition } from '../../contract/rules.ts';
import type { Job } from './job.ts';

/** What makes a job move: a call of the REST API by its name in the rules, or one of the two clocks. */
export type Verb = string;

/** Verbs of the automaton that no call makes, but the job's timer. */
export const clocks = ['clock', 'execution-clock'] as const satisfies readonly Verb[];

/** The conditions that transitions of the rules name. */
const conditions: Readonly<Record<string, (job: Job) => boolean>> = {
  'retries-left': (job) => job.attempt < job.maxRetries,
  'no-retries-left': (job) => job.attempt >= job.maxRetries,
};

export function automatonStep(
  automaton: Automaton,
  reading: (point: string) => string,
): (job: Job, verb: Verb) => Transition | undefined {
  const allowed = (job: Job, { when }: Transition): boolean =>
    when === undefined || conditions[when]?.(job) === true;
  return (job, verb) => {
    const from = automaton.transitions.filter((each) => each.from === job.status && each.on === verb);
    if (verb === 'execution-clock') {
      const outcome = reading('A34');
      if (outcome === 'nothing') return undefined;
      if (outcome === 'dead') return from.find(({ to }) => automaton.terminal.includes(to));
    }
    return from.find((each) => allowed(job, each));
  };
}
