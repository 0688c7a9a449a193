import { defineFault } from '../../define-fault.ts';
import type { EmitPolicies } from '../policies.ts';

const fault = defineFault<EmitPolicies>;

/** Faults of who is let in, and how the others are told. */
export const accessFaults = [
  fault('emit/foreign-job-admitted', {
    breaks: ['E16'],
    says: 'a job stream does not ask to which space the job belongs',
    bend: ({ admit }) => ({
      admit: (request) =>
        admit(
          request.stream === 'job' && request.token ? { ...request, space: request.token.space } : request,
        ),
    }),
  }),
  fault('emit/foreign-job-opens-then-closes', {
    breaks: ['E16'],
    says: 'who asks for a job of another space is let in and then sent away with 1008',
    bend: ({ admit }) => ({
      admit(request) {
        const answer = admit(request);
        const isForeign = request.stream === 'job' && request.token?.space !== request.space;
        return answer.kind === 'refused' && request.token && isForeign
          ? { ...answer, closeCode: 1008 }
          : answer;
      },
    }),
  }),
  fault('emit/foreign-job-unknown', {
    breaks: ['E16'],
    says: 'a job of another space is answered 404',
    bend: ({ admit }) => ({
      admit(request) {
        const answer = admit(request);
        const isForeign = request.stream === 'job' && request.token?.space !== request.space;
        return answer.kind === 'refused' && request.token && isForeign ? { ...answer, status: 404 } : answer;
      },
    }),
  }),
  fault('emit/revoked-token-still-good', {
    breaks: ['E2'],
    says: 'nobody looks whether a token has been revoked',
    bend: () => ({ recognise: (issued) => issued }),
  }),
  fault('emit/header-token-opens-streams', {
    breaks: ['E2'],
    says: 'a token in a header opens a stream as one in the query does',
    bend: ({ admit }) => ({
      admit: (request) =>
        admit(request.presented === null ? { ...request, token: request.inHeader } : request),
    }),
  }),
  fault('emit/create-answers-without-id', {
    breaks: ['E20'],
    says: 'the answer to create does not say which job it made',
    bend: ({ answer }) => ({
      answer(call, reply) {
        const { status, body } = answer(call, reply);
        return { status, body: call === 'create' && status < 300 ? { status: 'pending' } : body };
      },
    }),
  }),
] as const;
