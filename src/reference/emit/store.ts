import type { Job } from './job.ts';
import { demoSpace, type Space, spaces, type Token, tokensOf, unscopedToken } from './tokens.ts';

/** Ended jobs that are remembered; with more, the oldest is forgotten, so that a soak run does not grow. */
const endedKept = 20_000;

/** Everything the server knows, in memory. */
export interface Store {
  readonly spaces: ReadonlyMap<string, Space>;
  readonly tokens: ReadonlyMap<string, Token>;
  readonly job: (id: string) => Job | undefined;
  readonly add: (job: Job) => void;
  /** Jobs of a space, oldest first. */
  readonly jobsOf: (space: string) => readonly Job[];
  /** Jobs that wait for a worker, the longest waiting first. */
  readonly pending: (space: string) => Set<Job>;
  /** To be told of every job that has ended. */
  readonly ended: (job: Job) => void;
}

export function createStore(): Store {
  const all = [...spaces, demoSpace];
  const jobs = new Map<string, Job>();
  const bySpace = new Map(all.map(({ id }) => [id, new Set<Job>()]));
  const pending = new Map(all.map(({ id }) => [id, new Set<Job>()]));
  const ended: Job[] = [];
  return {
    spaces: new Map(all.map((space) => [space.id, space])),
    tokens: new Map([...all.flatMap(tokensOf), unscopedToken()].map((token) => [token.text, token])),
    job: (id) => jobs.get(id),
    add(job) {
      jobs.set(job.id, job);
      bySpace.get(job.space)?.add(job);
    },
    jobsOf: (space) => [...(bySpace.get(space) ?? [])],
    pending: (space) => pending.get(space) ?? new Set(),
    ended(job) {
      ended.push(job);
      const oldest = ended.length > endedKept ? ended.shift() : undefined;
      if (!oldest) return;
      jobs.delete(oldest.id);
      bySpace.get(oldest.space)?.delete(oldest);
    },
  };
}
