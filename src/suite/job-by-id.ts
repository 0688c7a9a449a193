import type { Job, Recording } from './recording.ts';

const known = new WeakMap<Recording['jobs'], ReadonlyMap<string, Job>>();

/**
 * The first job of a recording that has an id. Every monitor asks it of every frame, so that who looks through all jobs
 * each time needs minutes for a stream of thousands. A recording grows: what is not found is looked for anew.
 */
export function jobById({ jobs }: Pick<Recording, 'jobs'>, id: string | undefined): Job | undefined {
  if (id === undefined) return undefined;
  const found = known.get(jobs)?.get(id);
  if (found && jobs[found.name] === found) return found;
  const index = new Map<string, Job>();
  for (const job of Object.values(jobs)) if (!index.has(job.id)) index.set(job.id, job);
  known.set(jobs, index);
  return index.get(id);
}
