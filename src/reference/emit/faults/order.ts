import { defineFault } from '../../define-fault.ts';
import type { EmitEvent } from '../job.ts';
import type { EmitPolicies } from '../policies.ts';

const fault = defineFault<EmitPolicies>;

const isProgress = ({ type }: EmitEvent): boolean => type === 'progress';

/** Faults of sequence and delivery. */
export const orderFaults = [
  fault('emit/progress-coalesced', {
    breaks: ['E31'],
    says: 'of a run of progress events the first and the last are sent',
    bend: ({ order }) => ({
      order: (event, past) =>
        isProgress(event) && past.ofType > 0 ? { now: [], waiting: [event] } : order(event, past),
    }),
  }),
  fault('emit/progress-reordered', {
    breaks: ['E31'],
    says: 'every second progress event changes places with the next',
    bend: ({ order }) => ({
      order(event, past) {
        if (!isProgress(event)) return order(event, past);
        const isSecond = past.ofType % 2 === 1;
        return isSecond
          ? { now: past.waiting, waiting: [event] }
          : { now: [event, ...past.waiting], waiting: [] };
      },
    }),
  }),
  fault('emit/progress-duplicated', {
    breaks: ['E31'],
    says: 'every progress event is sent twice',
    bend: ({ order }) => ({
      order(event, past) {
        const { now, waiting } = order(event, past);
        return { now: now.flatMap((each) => (isProgress(each) ? [each, each] : [each])), waiting };
      },
    }),
  }),
  fault('emit/progress-dropped', {
    breaks: ['E31'],
    says: 'one in five progress events is lost',
    bend: ({ order }) => ({
      order: (event, past) =>
        isProgress(event) && past.ofType % 5 === 4 ? { now: past.waiting, waiting: [] } : order(event, past),
    }),
  }),
  fault('emit/init-replays-history', {
    breaks: ['E22'],
    says: 'after init comes everything that has happened before',
    bend: ({ greet }) => ({
      greet: (joined) =>
        joined.stream === 'job' ? [...greet(joined), ...joined.job.history.slice(1)] : greet(joined),
    }),
  }),
  fault('emit/init-left-out', {
    breaks: ['E21'],
    says: 'a viewer gets nothing until the next event',
    bend: () => ({ greet: () => [] }),
  }),
  fault('emit/creation-not-announced', {
    breaks: ['E40i'],
    says: 'the space stream says nothing of created jobs',
    bend: ({ announce, order }) => ({
      order: (event, past) => (event.type === announce() ? { now: [], waiting: [] } : order(event, past)),
    }),
  }),
  fault('emit/foreign-space-hears', {
    breaks: ['E15'],
    says: 'the events of a job reach the streams of other spaces as well',
    bend: ({ audience }) => ({
      *audience(job, viewers) {
        yield* audience(job, viewers);
        for (const viewer of viewers.all())
          if (viewer.stream === 'space' && viewer.id !== job.space) yield viewer;
      },
    }),
  }),
  fault('emit/neighbour-job-hears', {
    breaks: ['E22'],
    says: 'the events of a job reach the streams of other jobs of its space',
    bend: ({ audience }) => ({
      *audience(job, viewers) {
        yield* audience(job, viewers);
        for (const viewer of viewers.all()) {
          if (viewer.stream === 'job' && viewer.id !== job.id && viewer.token?.space === job.space)
            yield viewer;
        }
      },
    }),
  }),
  fault('emit/second-viewer-misses', {
    breaks: ['E47', 'E22'],
    says: 'of several viewers of one job only the first gets its events',
    bend: ({ audience }) => ({
      *audience(job, viewers) {
        let served = false;
        for (const viewer of audience(job, viewers)) {
          if (viewer.stream !== 'job' || !served) yield viewer;
          served ||= viewer.stream === 'job';
        }
      },
    }),
  }),
] as const;
