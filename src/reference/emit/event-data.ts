import type { Json } from '../../contract/json.ts';
import type { EmitRules } from '../../contract/rules.ts';
import type { Job } from './job.ts';

/**
 * The data of each type of event: what the worker sent, the result, or the error. Types that are not
 * listed carry none.
 */
export function dataOf(
  rules: EmitRules,
  reading: (point: string) => string,
): (type: string, job: Job, input: Json | undefined) => Json | undefined {
  return (type, job, input) => {
    switch (type) {
      case 'progress':
      case 'checkpoint':
        return input ?? null;
      case 'completed':
        return job.result;
      case 'retried':
        // `attempt` has been counted on already: it is 1 after the first failure.
        return { error: job.error, attemptNumber: job.attempt - 1 + Number(reading('A33')) };
      case 'dead':
        return { error: job.error };
      default: {
        // That of the last event of another type, where the version has it so; what a scope leaves of it is not ours.
        const shown = Object.values(rules.events[type]?.data ?? {}).find(({ lastOf }) => lastOf)?.lastOf;
        return shown && job.history.findLast((event) => event.type === shown.type)?.data;
      }
    }
  };
}
