import type { Json } from '../../../contract/json.ts';
import { defineFault } from '../../define-fault.ts';
import type { EmitEvent } from '../job.ts';
import type { EmitPolicies } from '../policies.ts';

const fault = defineFault<EmitPolicies>;

/** Changes the shape of events, before anything is stripped. */
const shaping =
  (change: (event: EmitEvent) => EmitEvent) =>
  ({ shape }: EmitPolicies): Pick<EmitPolicies, 'shape'> => ({
    shape: (event, job) => change(shape(event, job)),
  });

/** Changes the data of one type of event. */
const dataBecomes =
  (type: string, change: (data: Json | undefined) => Json) =>
  ({ data }: EmitPolicies): Pick<EmitPolicies, 'data'> => ({
    data: (each, job, input) => (each === type ? change(data(each, job, input)) : data(each, job, input)),
  });

/** Changes what the space stream makes of events. */
const onSpace =
  (change: (event: EmitEvent) => EmitEvent) =>
  ({ envelope }: EmitPolicies): Pick<EmitPolicies, 'envelope'> => ({
    envelope(event, stream) {
      const seen = envelope(event, stream);
      return stream === 'space' ? change(seen) : seen;
    },
  });

function without(event: EmitEvent, key: string): EmitEvent {
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== key)) as EmitEvent;
}

/** What whoever looks for an event of a job never sees, where no event is one: all that it should have learnt. */
const unseen = [
  ...['E8', 'E21', 'E21i', 'E22', 'E29', 'E30', 'E31', 'E32', 'E33', 'E34', 'E35', 'E36', 'E40', 'E40i'],
];

/** Faults of what an event looks like. */
export const shapeFaults = [
  fault('emit/events-in-an-array', {
    breaks: ['E1', ...unseen],
    says: 'every frame is a list with one event',
    bend: ({ encode }) => ({ encode: (event) => `[${encode(event)}]` }),
  }),
  fault('emit/binary-frames', {
    breaks: ['E1i'],
    says: 'events travel in binary frames',
    bend: ({ encode }) => ({ encode: (event) => Buffer.from(encode(event)) }),
  }),
  fault('emit/envelope-wrapped', {
    breaks: ['E25', 'E26', ...unseen],
    says: 'events are wrapped in a key of their own',
    bend: ({ encode }) => ({ encode: (event) => `{"event":${encode(event)}}` }),
  }),
  fault('emit/status-left-out-when-stripped', {
    breaks: ['E8', 'E21', 'E29i', 'E30', 'E32i', 'E33', 'E34', 'E35', 'E36', 'E38'],
    says: 'a stripped event has no status',
    bend: ({ strip }) => ({
      strip(event, scope) {
        const seen = strip(event, scope);
        return seen === event ? seen : without(seen, 'status');
      },
    }),
  }),
  fault('emit/timestamps-go-backwards', {
    breaks: ['E26bi', 'E26i'],
    says: 'each event of a job is dated a second before the one that went before',
    bend: () => ({ tick: (last) => last - 1000 }),
  }),
  fault('emit/timestamps-an-hour-ahead', {
    breaks: ['E26i'],
    says: 'times are those of another time zone, called UTC',
    bend: ({ tick }) => ({ tick: (last, now) => tick(last, now + 3_600_000) }),
  }),
  fault('emit/timestamps-in-whole-seconds', {
    breaks: ['E26ci'],
    says: 'times have no decimals',
    bend: shaping((event) => ({ ...event, timestamp: String(event.timestamp).replace(/\.\d+Z$/, 'Z') })),
  }),
  fault('emit/timestamps-are-numbers', {
    breaks: ['E26'],
    says: 'times are milliseconds since the epoch',
    bend: shaping((event) => ({ ...event, timestamp: Date.parse(String(event.timestamp)) })),
  }),
  fault('emit/job-ids-in-lower-case', {
    breaks: ['E27', ...unseen],
    says: 'events name the job in lower case',
    bend: shaping((event) => ({ ...event, jobId: String(event.jobId).toLowerCase() })),
  }),
  fault('emit/job-name-invented', {
    breaks: ['E49'],
    says: 'events call every job by the same name',
    bend: shaping((event) => ({ ...event, jobName: 'job' })),
  }),
  fault('emit/space-events-without-name', {
    breaks: ['E42', 'E42i'],
    says: 'events of the space stream lack jobName',
    bend: onSpace((event) => without(event, 'jobName')),
  }),
  fault('emit/space-events-dated-anew', {
    breaks: ['E42i'],
    says: 'the space stream dates events to the second, the job stream does not',
    bend: onSpace((event) => ({ ...event, timestamp: String(event.timestamp).replace(/\d{3}Z$/, '999Z') })),
  }),
  fault('emit/acked-renamed-on-space', {
    breaks: ['E28i', 'E40', 'E22i'],
    says: 'the space stream calls acked started',
    bend: onSpace((event) => (event.type === 'acked' ? { ...event, type: 'started' } : event)),
  }),
  fault('emit/type-renamed', {
    breaks: ['E28', 'E36', 'E28i', 'E22i', 'E40', 'E8'],
    says: 'delivery_timeout is called timed_out',
    bend: shaping((event) => (event.type === 'delivery_timeout' ? { ...event, type: 'timed_out' } : event)),
  }),
  fault('emit/checkpoint-wrapped', {
    breaks: ['E50', 'E7', 'E43'],
    says: 'the data of a checkpoint is put into a key of its own',
    bend: dataBecomes('checkpoint', (data) => ({ checkpoint: data ?? null })),
  }),
  fault('emit/result-encoded-twice', {
    breaks: ['E33', 'E7', 'E43'],
    says: 'a result is JSON inside a string',
    bend: dataBecomes('completed', (data) => JSON.stringify(data ?? null)),
  }),
  fault('emit/attempts-not-counted', {
    breaks: ['E34i'],
    says: 'every retry is the first',
    bend: dataBecomes('retried', (data) => ({ ...(data as { error: string }), attemptNumber: 1 })),
  }),
  fault('emit/retry-without-attempt-number', {
    breaks: ['E34', 'E43'],
    says: 'a retry tells its error and not which attempt failed',
    bend: dataBecomes('retried', (data) => ({ error: (data as { error: string }).error })),
  }),
] as const;
