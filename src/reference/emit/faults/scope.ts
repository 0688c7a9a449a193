import { isObject } from '../../../contract/json.ts';
import { defineFault } from '../../define-fault.ts';
import type { EmitEvent } from '../job.ts';
import type { EmitPolicies } from '../policies.ts';

const fault = defineFault<EmitPolicies>;

type Strip = EmitPolicies['strip'];

/** Changes what the scope filter leaves of one type of event for a viewer who must not see all. */
const leaving =
  (type: string | undefined, change: (seen: EmitEvent, event: EmitEvent) => object) =>
  ({ strip }: EmitPolicies): { strip: Strip } => ({
    strip(event, scope) {
      const seen = strip(event, scope);
      if (scope === 'full' || (type !== undefined && event.type !== type)) return seen;
      return { ...seen, ...change(seen, event) } as EmitEvent;
    },
  });

const field = ({ data }: EmitEvent, name: string) => (isObject(data) ? (data[name] ?? null) : null);

/** Faults of the scope filter that are subtler than forgetting a type. */
export const scopeFaults = [
  fault('emit/nothing-stripped', {
    breaks: ['E9', 'E6', 'E10', 'E11', 'E12', 'E13', 'E39'],
    says: 'every viewer sees everything',
    bend: () => ({ strip: (event) => event }),
  }),
  fault('emit/retried-keeps-attempt-number', {
    breaks: ['E13'],
    says: 'the error of a retry is stripped, its attempt number is not',
    bend: leaving('retried', (_, event) => ({ data: { attemptNumber: field(event, 'attemptNumber') } })),
  }),
  fault('emit/error-leaks-beside-data', {
    breaks: ['E11'],
    says: 'a stripped dead event repeats the error in a key of its own',
    bend: leaving('dead', (_, event) => ({ reason: field(event, 'error') })),
  }),
  fault('emit/result-leaks-encoded', {
    breaks: ['E10'],
    says: 'a stripped completed event carries the result in base64',
    bend: leaving('completed', (_, event) => ({
      debug: Buffer.from(JSON.stringify(event.data ?? null)).toString('base64'),
    })),
  }),
  fault('emit/stripped-to-empty-object', {
    breaks: ['E39'],
    says: 'stripped data is an empty object instead of null',
    bend: leaving(undefined, (seen) => (seen.data === null ? { data: {} } : {})),
  }),
  fault('emit/null-and-absent-in-turns', {
    breaks: ['A21.checkpoint', 'A21.retried'],
    says: 'in place of what is stripped there is null or nothing, from job to job in turns',
    bend({ strip }) {
      const jobs = new Map<string, number>();
      return {
        strip(event, scope) {
          const seen = strip(event, scope);
          if (scope === 'full' || !['checkpoint', 'retried'].includes(event.type)) return seen;
          const { data: _, ...rest } = seen;
          const key = `${event.type} ${event.jobId}`;
          // By job: viewers of one job come in pairs, and each would see the same every time.
          const turn = jobs.get(key) ?? [...jobs.keys()].filter((one) => one.startsWith(event.type)).length;
          jobs.set(key, turn);
          return (turn % 2 === 0 ? rest : { ...rest, data: null }) as EmitEvent;
        },
      };
    },
  }),
  fault('emit/custom-progress-fields-lost', {
    breaks: ['E14', 'E5'],
    says: 'a viewer with jobs:read:progress gets the percentage of a progress event and nothing else',
    bend: leaving('progress', (_, event) => ({ data: { percent: field(event, 'percent') } })),
  }),
  fault('emit/space-stream-stripped', {
    breaks: ['E43', 'E34', 'E35', 'E42i'],
    says: 'the space stream leaves the data out',
    bend: ({ envelope }) => ({
      envelope(event, stream) {
        const seen = envelope(event, stream);
        return stream === 'space' && 'data' in seen ? { ...seen, data: null } : seen;
      },
    }),
  }),
] as const;
