import { randomUUID } from 'node:crypto';
import type { EmitRules } from '../../contract/rules.ts';
import type { EmitEvent, Job } from './job.ts';

/** Who has just joined: a viewer of one job, or of a space with its jobs, oldest first. */
export type Greeting = (
  | { readonly stream: 'job'; readonly job: Job }
  | { readonly stream: 'space'; readonly space: string; readonly jobs: readonly Job[] }
) & {
  /** An event of a job as it is now. */
  readonly event: (type: string, job: Job) => EmitEvent;
};

/** A job's viewer gets its current state; what a space's gets first is an open point. */
export function greeting(
  { automaton, connected: begins }: EmitRules,
  reading: (point: string) => string,
): (greeting: Greeting) => readonly EmitEvent[] {
  return (joined) => {
    if (joined.stream === 'job') return [joined.event('init', joined.job)];
    switch (begins?.first ? 'connected' : reading(begins?.openPoint ?? 'A27.first')) {
      case 'init': {
        const live = joined.jobs.filter(({ status }) => !automaton.terminal.includes(status));
        return (live.length > 0 ? live : joined.jobs.slice(-1)).map((job) => joined.event('init', job));
      }
      case 'connected':
        return [connected(joined.space, joined.jobs)];
      default:
        return [];
    }
  };
}

/** As the later documents have it: no job is named, so there is neither jobId nor jobName. */
function connected(spaceId: string, jobs: readonly Job[]): EmitEvent {
  const counts: Record<string, number> = {};
  for (const { status } of jobs) counts[status] = (counts[status] ?? 0) + 1;
  return {
    type: 'connected',
    status: 'connected',
    spaceId,
    seq: 0,
    streamInstanceId: randomUUID(),
    missed: 0,
    counts,
    timestamp: new Date().toISOString(),
  };
}
