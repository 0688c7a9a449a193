import { defineFault } from '../../define-fault.ts';
import type { Job } from '../job.ts';
import type { EmitPolicies } from '../policies.ts';

const fault = defineFault<EmitPolicies>;

/** Answers 404 where a stream of some job is asked for. */
const turnedAway =
  (which: (job: Job) => boolean) =>
  ({ admit }: EmitPolicies): Pick<EmitPolicies, 'admit'> => ({
    admit: (request) =>
      request.job && which(request.job)
        ? { kind: 'refused', status: 404, error: 'There is no such job' }
        : admit(request),
  });

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
  fault('emit/space-stream-needs-unbound-key', {
    breaks: ['E41'],
    says: 'a space stream opens only to keys that are bound to no space',
    bend: ({ admit }) => ({
      admit: (request) =>
        admit(
          request.stream === 'space' && request.token?.space ? { ...request, token: undefined } : request,
        ),
    }),
  }),
  fault('emit/unknown-job-is-bad-request', {
    breaks: ['E16i'],
    says: 'a job that never was is answered 400',
    bend: ({ admit }) => ({
      admit(request) {
        const answer = admit(request);
        const isUnknown = request.stream === 'job' && request.token && !request.job;
        return answer.kind === 'refused' && isUnknown ? { ...answer, status: 400 } : answer;
      },
    }),
  }),
  fault('emit/new-job-not-found', {
    breaks: ['E44', 'E20', 'E23'],
    says: 'the first who asks for the stream of a job is told that there is no such job',
    bend(policies) {
      const known = new Set<string>();
      return turnedAway(({ id }) => !known.has(id) && known.add(id) !== undefined)(policies);
    },
  }),
  fault('emit/ended-job-not-found', {
    breaks: ['E44i'],
    says: 'the stream of a job that has ended does not open',
    bend: turnedAway((job) => ['completed', 'dead'].includes(job.status)),
  }),
] as const;
