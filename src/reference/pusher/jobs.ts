import type { Context, Hono } from 'hono';
import { isObject, type JsonObject } from '../../contract/json.ts';
import { readBody } from '../json-body.ts';
import { type Bearer, bearerToken, type DialectOf } from './apps.ts';
import { bodyText, failure, send } from './http-replies.ts';
import type { Job, JobKind } from './job.ts';
import { readScript, readStep, readWebhookUrl } from './job-request.ts';
import { updateOf, updatePayload } from './job-update.ts';
import type { PusherPolicies, Reply } from './policies.ts';
import type { Results } from './results.ts';
import type { Worker } from './worker.ts';

interface Parts {
  readonly policies: PusherPolicies;
  readonly tokens: ReadonlyMap<string, Bearer>;
  readonly dialectOf: DialectOf;
  readonly worker: Worker;
  readonly results: Results;
}

/** Jobs that are remembered; the oldest are forgotten first. */
const remembered = 10_000;

const kinds: Readonly<Record<string, JobKind>> = { txt2img: 'image', txt2audio: 'other' };

/** The job API of the applications: submit, ask for the status, and move a held job step by step. */
export function mountJobs(server: Hono, { policies, tokens, dialectOf, worker, results }: Parts): void {
  const jobs = new Map<string, Job>();

  const bearerOf = (c: Context): Bearer | undefined => {
    const bearer = tokens.get(bearerToken(c.req.header('authorization')) ?? '');
    return bearer?.revoked ? undefined : bearer;
  };
  const withJob = (
    path: string,
    method: 'GET' | 'POST',
    answer: (job: Job, body: JsonObject) => Reply,
  ): void => {
    server.on(method, `/api/v1/client/${path}`, async (c) => {
      const bearer = bearerOf(c);
      if (!bearer) return send(c, failure(401, 'Unauthenticated.'));
      const job = jobs.get(c.req.param('id') ?? '');
      if (!job || job.client !== bearer.client) return send(c, failure(404, 'There is no such request.'));
      const { value = {} } = readBody(await bodyText(c));
      return send(c, isObject(value) ? answer(job, value) : failure(422, 'The body is a JSON object.'));
    });
  };

  for (const [type, kind] of Object.entries(kinds)) {
    server.post(`/api/v1/client/${type}`, async (c) => {
      const bearer = bearerOf(c);
      if (!bearer) return send(c, failure(401, 'Unauthenticated.'));
      const { value = {}, problem } = readBody(await bodyText(c));
      if (!isObject(value)) return send(c, failure(422, problem ?? 'The body is a JSON object.'));
      const script = readScript(value, kind);
      const webhookUrl = readWebhookUrl(value);
      if ('invalid' in script) return send(c, failure(422, script.invalid));
      if ('invalid' in webhookUrl) return send(c, failure(422, webhookUrl.invalid));
      const job: Job = {
        id: policies.nextJobId(),
        app: bearer.app,
        client: bearer.client,
        kind,
        type,
        script,
        webhookUrl: webhookUrl.url,
        origin: new URL(c.req.url).origin,
        status: 'pending',
        previous: undefined,
        progress: 0,
        preview: undefined,
        resultUrl: undefined,
        errorCode: undefined,
      };
      remember(jobs, job);
      worker.take(job);
      return send(c, { status: 200, body: { data: { request_id: job.id } } });
    });
  }

  withJob('request-status/:id', 'GET', (job) => {
    if (job.status === 'done') job.resultUrl = results.freshUrl(job);
    const { request_id: _, ...state } = updatePayload(updateOf(job), dialectOf(job.app));
    const error = job.errorCode === undefined ? {} : { error_code: job.errorCode };
    return { status: 200, body: { data: { ...state, results_alt_formats: null, result: null, ...error } } };
  });
  withJob('request-status/:id/step', 'POST', (job, body) => {
    const step = readStep(body);
    if ('invalid' in step) return failure(422, step.invalid);
    if (!job.script.hold) return failure(409, 'This job is not held.');
    if (!worker.step(job, step))
      return failure(409, `A job that is ${job.status} does not become ${step.to}.`);
    return { status: 200, body: { data: { status: job.status } } };
  });
}

function remember(jobs: Map<string, Job>, job: Job): void {
  jobs.set(job.id, job);
  for (const id of jobs.keys()) {
    if (jobs.size <= remembered) break;
    jobs.delete(id);
  }
}
