import { isObject, type JsonObject } from '../../../contract/json.ts';
import { defineFault } from '../../define-fault.ts';
import type { EmitPolicies } from '../policies.ts';

const fault = defineFault<EmitPolicies>;

/** Changes the answer to a REST call that was taken. */
const answering =
  (call: string, change: (body: JsonObject) => JsonObject) =>
  ({ answer }: EmitPolicies): Pick<EmitPolicies, 'answer'> => ({
    answer(asked, reply) {
      const { status, body } = answer(asked, reply);
      return { status, body: asked === call && status < 300 && isObject(body) ? change(body) : body };
    },
  });

/** Faults of what REST calls are answered. */
export const answerFaults = [
  fault('emit/create-answers-without-id', {
    breaks: ['E20'],
    says: 'the answer to create does not say which job it made',
    bend: answering('create', ({ status = null }) => ({ status })),
  }),
  fault('emit/create-answers-queued', {
    breaks: ['E20i'],
    says: 'the answer to create calls the job queued',
    bend: answering('create', (body) => ({ ...body, status: 'queued' })),
  }),
  fault('emit/empty-poll-is-null', {
    breaks: ['E20bi'],
    says: 'a poll that finds no job answers null instead of an empty list',
    bend: answering('poll', (body) =>
      Array.isArray(body.jobs) && body.jobs.length === 0 ? { jobs: null } : body,
    ),
  }),
  fault('emit/status-over-rest-is-stale', {
    breaks: ['E20ci'],
    says: 'a job that is read over REST is always pending',
    bend: answering('get', (body) => ({ ...body, status: 'pending' })),
  }),
] as const;
