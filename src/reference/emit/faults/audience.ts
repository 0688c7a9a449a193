import { defineFault } from '../../define-fault.ts';
import type { EmitPolicies } from '../policies.ts';
import type { Viewer } from '../viewers.ts';

const fault = defineFault<EmitPolicies>;

/** Keeps events of one type from some viewers. */
const keptFrom =
  (type: string, whom: (viewer: Viewer) => boolean) =>
  ({ audience }: EmitPolicies): Pick<EmitPolicies, 'audience'> => ({
    *audience(event, job, viewers) {
      for (const viewer of audience(event, job, viewers))
        if (event.type !== type || !whom(viewer)) yield viewer;
    },
  });

/** Faults of who gets an event. */
export const audienceFaults = [
  fault('emit/foreign-space-hears', {
    breaks: ['E15'],
    says: 'the events of a job reach the streams of other spaces as well',
    bend: ({ audience }) => ({
      *audience(event, job, viewers) {
        yield* audience(event, job, viewers);
        for (const viewer of viewers.all())
          if (viewer.stream === 'space' && viewer.id !== job.space) yield viewer;
      },
    }),
  }),
  fault('emit/foreign-space-hears-at-times', {
    breaks: ['E15', 'E22i'],
    says: 'every fourth event of a job reaches the streams of other spaces as well',
    bend({ audience }) {
      const counts = new Map<string, number>();
      return {
        *audience(event, job, viewers) {
          yield* audience(event, job, viewers);
          const count = (counts.get(job.id) ?? 0) + 1;
          counts.set(job.id, count);
          if (count % 4 !== 0) return;
          for (const viewer of viewers.all())
            if (viewer.stream === 'space' && viewer.id !== job.space) yield viewer;
        },
      };
    },
  }),
  fault('emit/neighbour-job-hears', {
    breaks: ['E27', 'E28'],
    says: 'the events of a job reach the streams of other jobs of its space',
    bend: ({ audience }) => ({
      *audience(event, job, viewers) {
        yield* audience(event, job, viewers);
        for (const viewer of viewers.all()) {
          if (viewer.stream === 'job' && viewer.id !== job.id && viewer.token?.space === job.space)
            yield viewer;
        }
      },
    }),
  }),
  fault('emit/foreign-job-hears', {
    breaks: ['E27', 'E28'],
    says: 'the events of a job reach the streams of jobs in other spaces',
    bend: ({ audience }) => ({
      *audience(event, job, viewers) {
        yield* audience(event, job, viewers);
        for (const viewer of viewers.all()) {
          if (viewer.stream === 'job' && viewer.token?.space !== job.space) yield viewer;
        }
      },
    }),
  }),
  fault('emit/second-viewer-misses', {
    breaks: ['E47', 'E22', 'E8', 'E7i', 'E31', 'E32', 'E33'],
    says: 'of several viewers of one job only the first gets its events',
    bend: ({ audience }) => ({
      *audience(event, job, viewers) {
        let served = false;
        for (const viewer of audience(event, job, viewers)) {
          if (viewer.stream !== 'job' || !served) yield viewer;
          served ||= viewer.stream === 'job';
        }
      },
    }),
  }),
  fault('emit/checkpoint-withheld-from-progress', {
    breaks: ['E7i', 'E8', 'E22', 'E32'],
    says: 'a viewer with jobs:read:progress gets no checkpoint events at all',
    bend: keptFrom('checkpoint', ({ scope }) => scope !== 'full'),
  }),
  fault('emit/progress-withheld-from-space', {
    breaks: ['E40'],
    says: 'the space stream carries no progress events',
    bend: keptFrom('progress', ({ stream }) => stream === 'space'),
  }),
] as const;
