import { defineFault } from '../../define-fault.ts';
import type { EmitEvent } from '../job.ts';
import type { EmitPolicies } from '../policies.ts';

const fault = defineFault<EmitPolicies>;

const isProgress = ({ type }: EmitEvent): boolean => type === 'progress';

/** Faults of what is sent, how often and in which order. */
export const orderFaults = [
  fault('emit/progress-coalesced', {
    breaks: ['E31', 'E22', 'E40', 'E8'],
    says: 'of a run of progress events the first and the last are sent',
    bend: ({ order }) => ({
      order: (event, past) =>
        isProgress(event) && past.ofType > 0 ? { now: [], waiting: [event] } : order(event, past),
    }),
  }),
  fault('emit/progress-reordered', {
    breaks: ['E31i', 'E22i', 'E22', 'E31', 'E40', 'E8', 'E26bi'],
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
    breaks: ['E22i'],
    says: 'every progress event is sent twice',
    bend: ({ order }) => ({
      order(event, past) {
        const { now, waiting } = order(event, past);
        return { now: now.flatMap((each) => (isProgress(each) ? [each, each] : [each])), waiting };
      },
    }),
  }),
  fault('emit/checkpoint-duplicated', {
    breaks: ['E22i'],
    says: 'every checkpoint is sent twice',
    bend: ({ order }) => ({
      order(event, past) {
        const { now, waiting } = order(event, past);
        return { now: now.flatMap((each) => (each.type === 'checkpoint' ? [each, each] : [each])), waiting };
      },
    }),
  }),
  fault('emit/progress-overwritten', {
    breaks: ['E31', 'E22', 'E22i', 'E40', 'E8'],
    says: 'in place of every second progress event the next one is sent, twice',
    bend: ({ order }) => ({
      order(event, past) {
        if (!isProgress(event)) return order(event, past);
        const isSecond = past.ofType % 2 === 1;
        return isSecond
          ? { now: [], waiting: [event] }
          : { now: [...past.waiting.map(() => event), event], waiting: [] };
      },
    }),
  }),
  fault('emit/progress-dropped', {
    breaks: ['E31', 'E22', 'E40', 'E8'],
    says: 'one in five progress events is lost',
    bend: ({ order }) => ({
      order: (event, past) =>
        isProgress(event) && past.ofType % 5 === 4 ? { now: past.waiting, waiting: [] } : order(event, past),
    }),
  }),
  fault('emit/init-replays-history', {
    breaks: ['E22', 'E22i', 'E33i', 'E35i', 'E28'],
    says: 'after init comes everything that has happened before',
    bend: ({ greet }) => ({
      greet: (joined) =>
        joined.stream === 'job' ? [...greet(joined), ...joined.job.history] : greet(joined),
    }),
  }),
  fault('emit/init-with-unknown-status', {
    breaks: ['E21'],
    says: 'init calls a job that is pending queued',
    bend: ({ greet }) => ({
      greet: (joined) =>
        greet(joined).map((event) => (event.status === 'pending' ? { ...event, status: 'queued' } : event)),
    }),
  }),
  fault('emit/redelivery-not-told', {
    breaks: ['E29', 'E22', 'E8', 'E40', 'E22i'],
    says: 'a job that is handed out once more is not said to be delivered',
    bend: ({ order }) => ({
      order: (event, past) =>
        event.type === 'delivered' && past.ofType > 0
          ? { now: past.waiting, waiting: [] }
          : order(event, past),
    }),
  }),
  fault('emit/init-stale-by-one', {
    breaks: ['E21', 'E22i', 'E44i'],
    says: 'init tells of the state before the present one',
    bend: ({ greet }) => ({
      greet: (joined) =>
        greet(joined).map((event) => {
          const before = joined.stream === 'job' ? joined.job.history.at(-2)?.status : undefined;
          return event.type === 'init' && before !== undefined ? { ...event, status: before } : event;
        }),
    }),
  }),
  fault('emit/init-after-the-next-event', {
    breaks: ['E21', 'E21i', 'E21bi', 'E22i'],
    says: 'init comes after the first live event',
    bend({ greet, order }) {
      const owed = new Map<string, readonly EmitEvent[]>();
      return {
        greet(joined) {
          const greeting = greet(joined);
          if (joined.stream !== 'job') return greeting;
          owed.set(joined.job.id, greeting);
          return [];
        },
        order(event, past) {
          const { now, waiting } = order(event, past);
          const id = String(event.jobId);
          const late = owed.get(id) ?? [];
          owed.delete(id);
          return { now: [...now, ...late], waiting };
        },
      };
    },
  }),
  fault('emit/init-left-out', {
    breaks: ['E21', 'E21i'],
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
  fault('emit/init-sent-twice', {
    breaks: ['E21bi', 'E33i', 'E35i'],
    says: 'init comes twice',
    bend: ({ greet }) => ({ greet: (joined) => greet(joined).flatMap((event) => [event, event]) }),
  }),
  fault('emit/never-handed-out-again', {
    breaks: ['E36i'],
    says: 'after its delivery_timeout a job is pending, and no poll ever hands it out',
    bend: ({ transition }) => ({
      transition(job, verb) {
        const hasTimedOut = job.history.some(({ type }) => type === 'delivery_timeout');
        return verb === 'poll' && hasTimedOut ? undefined : transition(job, verb);
      },
    }),
  }),
  fault('emit/delivery-timeout-early', {
    breaks: ['E36bi'],
    says: 'the delivery timeout is half of what the job says',
    bend: ({ timeout }) => ({ timeout: (job, clock) => timeout(job, clock) / (clock === 'clock' ? 2 : 1) }),
  }),
] as const;
