import type { JsonObject } from '../../../contract/json.ts';
import { defineFault } from '../../define-fault.ts';
import type { Fault } from '../../surface-server.ts';
import type { Job, Update } from '../job.ts';
import { updateOf } from '../job-update.ts';
import type { PusherPolicies } from '../policies.ts';

const fault = defineFault<PusherPolicies>;

type Change = (payload: JsonObject, update: Update) => JsonObject;

/** A fault that changes payloads. */
function payload(
  id: `pusher/${string}`,
  breaks: readonly [string, ...string[]],
  says: string,
  change: Change,
  ...dialects: string[]
): Fault {
  return fault(id, {
    breaks,
    says,
    ...(dialects.length > 0 ? { dialects } : {}),
    bend: ({ present }) => ({ present: (update, dialect) => change(present(update, dialect), update) }),
  });
}

/** A fault that announces something else when a job changes. */
function announces(
  id: `pusher/${string}`,
  breaks: readonly [string, ...string[]],
  says: string,
  change: (updates: readonly Update[], job: Job) => readonly Update[],
  ...dialects: string[]
): Fault {
  return fault(id, {
    breaks,
    says,
    ...(dialects.length > 0 ? { dialects } : {}),
    bend: ({ announce }) => ({ announce: (job, dialect) => change(announce(job, dialect), job) }),
  });
}

const isUpdate = ({ status }: JsonObject): boolean => status === 'in_progress';

const working: Change = (data) => (isUpdate(data) ? { ...data, status: 'working' } : data);

/** What is announced of a job, and in which form. */
export const jobFaults: readonly Fault[] = [
  payload(
    'pusher/other-request-id',
    ['M9', 'D19'],
    'updates bear an id that the submitter never saw',
    (data) => ({
      ...data,
      request_id: String(data.request_id).replace(/^./, (digit) => (digit === 'f' ? '0' : 'f')),
    }),
  ),
  fault('pusher/request-id-no-uuid', {
    breaks: ['D19', 'M9i'],
    says: 'request ids are counted, not UUIDs',
    bend() {
      let count = 0;
      return {
        nextJobId() {
          count += 1;
          return `job-${process.pid}-${count}`;
        },
      };
    },
  }),
  payload(
    'pusher/request-id-in-a-list',
    ['M9'],
    'updates name their request in a list',
    (data) => ({ ...data, request_id: [data.request_id ?? null] }),
    'modelbeam',
  ),
  payload(
    'pusher/status-of-its-own',
    ['M10', 'M2'],
    'progress is reported with status working',
    working,
    'modelbeam',
  ),
  payload(
    'pusher/status-not-listed',
    ['D20', 'D9i', 'D52'],
    'progress is reported with status working',
    working,
    'dryapi',
  ),
  payload(
    'pusher/preview-prefixed',
    ['M11'],
    'previews are data URIs where bare base64 is due',
    (data) =>
      typeof data.preview === 'string'
        ? { ...data, preview: `data:image/jpeg;base64,${data.preview}` }
        : data,
    'modelbeam',
  ),
  payload(
    'pusher/preview-bare',
    ['D21'],
    'previews are bare base64 where a data URI is due',
    (data) =>
      typeof data.preview === 'string'
        ? { ...data, preview: data.preview.replace(/^data:[^,]*,/, '') }
        : data,
    'dryapi',
  ),
  payload(
    'pusher/preview-of-no-image',
    ['D21'],
    'a job that is no image shows a preview',
    (data, { job }) =>
      job.kind === 'other' ? { ...data, preview: 'data:image/jpeg;base64,/9j/4AAQ' } : data,
    'dryapi',
  ),
  payload(
    'pusher/preview-no-jpeg',
    ['M22', 'D21i'],
    'a preview is not the image that it claims to be',
    (data) =>
      typeof data.preview === 'string' ? { ...data, preview: data.preview.replace('/9j/', 'AAAA') } : data,
  ),
  payload('pusher/previews-missing', ['D29'], 'an image job shows no previews', (data) => ({
    ...data,
    preview: null,
  })),
  payload('pusher/result-path-only', ['M12', 'D22', 'M21i'], 'result_url is a path', (data) =>
    typeof data.result_url === 'string' ? { ...data, result_url: new URL(data.result_url).pathname } : data,
  ),
  payload(
    'pusher/done-without-result',
    ['M21', 'D22', 'M21i'],
    'done comes without a result_url',
    (data) => ({ ...data, result_url: null }),
  ),
  payload(
    'pusher/result-too-early',
    ['D22'],
    'result_url is there before the job is done',
    (data, { job }) => ({
      ...data,
      result_url: data.result_url ?? `${job.origin}/results/${job.id}`,
    }),
    'dryapi',
  ),
  payload(
    'pusher/progress-as-text',
    ['M13'],
    'progress is a string where a number is due',
    (data) => ({
      ...data,
      progress: String(data.progress),
    }),
    'modelbeam',
  ),
  payload(
    'pusher/progress-as-number',
    ['D25'],
    'a whole progress is a number where a decimal string is due',
    (data) => (Number.isInteger(Number(data.progress)) ? { ...data, progress: Number(data.progress) } : data),
    'dryapi',
  ),
  payload(
    'pusher/progress-not-padded',
    ['D25i'],
    'progress is not padded to two digits after the point',
    (data) => ({
      ...data,
      progress: String(Number(data.progress)),
    }),
    'dryapi',
  ),
  payload(
    'pusher/progress-beyond-100',
    ['M13i', 'D25bi', 'D52'],
    'progress is counted to a thousand',
    (data) => ({
      ...data,
      progress:
        typeof data.progress === 'number' ? data.progress * 10 : (Number(data.progress) * 10).toFixed(2),
    }),
  ),
  payload('pusher/progress-falls', ['M13i', 'D25bi', 'D52'], 'progress counts down', (data) => ({
    ...data,
    progress:
      typeof data.progress === 'number' ? 100 - data.progress : (100 - Number(data.progress)).toFixed(2),
  })),
  fault('pusher/null-fields-left-out-at-times', {
    breaks: ['M29'],
    says: 'in every second update of a job a field with nothing to say is left out',
    bend({ present }) {
      const counts = new Map<string, number>();
      return {
        present(update, dialect) {
          const payload = present(update, dialect);
          const count = (counts.get(update.job.id) ?? 0) + 1;
          counts.set(update.job.id, count);
          if (count % 2 === 1) return payload;
          return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== null));
        },
      };
    },
  }),
  payload('pusher/null-fields-left-out', ['M29'], 'a field with nothing to say is left out', (data) =>
    Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null)),
  ),

  announces('pusher/error-on-the-wire', ['M15', 'M10', 'D20'], 'a failure is announced', (updates, job) =>
    job.status === 'error' ? [updateOf(job)] : updates,
  ),
  announces(
    'pusher/update-after-error',
    ['M15i', 'D31i', 'D18', 'M14i'],
    'a job that failed reports progress once more',
    (updates, job) => (job.status === 'error' ? [{ ...updateOf(job), status: 'in_progress' }] : updates),
  ),
  announces(
    'pusher/pending-on-the-wire',
    ['D27', 'D20'],
    'a queued job is announced',
    (updates, job) => (job.status === 'pending' ? [updateOf(job)] : updates),
    'dryapi',
  ),
  announces(
    'pusher/processing-missing',
    ['D28', 'D52'],
    'no worker is ever announced',
    (updates, job) => (job.status === 'processing' ? [] : updates),
    'dryapi',
  ),
  announces(
    'pusher/processing-twice',
    ['D28i', 'D18'],
    'processing is announced twice',
    (updates, job) => (job.status === 'processing' ? [...updates, ...updates] : updates),
    'dryapi',
  ),
  announces(
    'pusher/done-missing',
    ['M14', 'D30', 'M2', 'D52'],
    'the end of a job is not announced',
    (updates, job) => (job.status === 'done' ? [] : updates),
  ),
  announces('pusher/event-after-done', ['D30', 'M14bi'], 'done is announced twice', (updates, job) =>
    job.status === 'done' ? [...updates, ...updates] : updates,
  ),
  announces(
    'pusher/in-progress-after-done',
    ['M14', 'D30', 'M14bi'],
    'progress comes after done',
    (updates, job) =>
      job.status === 'done'
        ? [...updates, { ...updateOf(job), status: 'in_progress', resultUrl: undefined }]
        : updates,
  ),
  announces('pusher/steps-back', ['M14', 'D28i'], 'processing comes again after progress', (updates, job) =>
    job.status === 'in_progress' ? [...updates, { ...updateOf(job), status: 'processing' }] : updates,
  ),
  announces(
    'pusher/stale-status-first',
    ['M14', 'D27', 'D20'],
    'each progress and the end come after an update that says pending once more',
    (updates, job) =>
      ['in_progress', 'done'].includes(job.status)
        ? [{ ...updateOf(job), status: 'pending', resultUrl: undefined }, ...updates]
        : updates,
  ),
  announces(
    'pusher/progress-before-processing',
    ['M14', 'D28'],
    'progress is announced before the worker that makes it',
    (updates, job) =>
      job.status === 'processing' ? [{ ...updateOf(job), status: 'in_progress' }, ...updates] : updates,
  ),
  announces('pusher/updates-repeated', ['D18', 'M14i'], 'each progress is announced twice', (updates, job) =>
    job.status === 'in_progress' ? [...updates, ...updates] : updates,
  ),
  announces(
    'pusher/updates-withheld',
    ['D52', 'D9i', 'PL4i', 'M2'],
    'progress is not announced',
    (updates, job) => (job.status === 'in_progress' ? [] : updates),
  ),

  fault('pusher/results-never-expire', {
    breaks: ['D23'],
    says: 'a result URL works for ever, whatever its signature',
    bend: () => ({ honoursResult: () => true }),
  }),
  fault('pusher/results-gone', {
    breaks: ['M21i', 'D24'],
    says: 'no result can be fetched',
    bend: () => ({ honoursResult: () => false }),
  }),
  fault('pusher/webhook-not-repeated', {
    breaks: ['D11'],
    says: 'a webhook that was not taken is given up',
    bend: () => ({ redeliver: () => undefined }),
  }),
  fault('pusher/webhook-of-failure-missing', {
    breaks: ['M16'],
    says: 'a failure is reported to nobody',
    bend: ({ webhookFor }) => ({
      webhookFor: (job) => (job.status === 'error' ? undefined : webhookFor(job)),
    }),
  }),
  fault('pusher/webhook-unsigned', {
    breaks: ['PW2i'],
    says: 'the signature of a webhook covers its body only by half',
    bend: ({ webhook }) => ({
      webhook(delivery) {
        const { headers, body } = webhook(delivery);
        return {
          body,
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [
              name,
              name.endsWith('signature') ? value.slice(0, -8) : value,
            ]),
          ),
        };
      },
    }),
  }),
];
