import { randomUUID } from 'node:crypto';
import type { Timers } from '../surface-server.ts';
import type { Job } from './job.ts';
import type { PusherPolicies, WebhookRequest } from './policies.ts';
import { sign } from './signing.ts';

/** Milliseconds that a receiver has to answer. */
const deadline = 10_000;

/** Tells the webhook of a job what became of it, again and again until it answers 2xx. */
export interface Webhooks {
  readonly tell: (job: Job) => void;
  readonly close: () => void;
}

export function createWebhooks(
  policies: PusherPolicies,
  timers: Timers,
  log: (line: string) => void,
): Webhooks {
  const stop = new AbortController();

  const deliver = async (job: Job, url: string, request: WebhookRequest, attempt: number): Promise<void> => {
    const status = await post(url, request, stop.signal);
    if (stop.signal.aborted || (status >= 200 && status < 300)) return;
    const wait = policies.redeliver(attempt);
    log(`pusher: webhook of job ${job.id} was not taken (${status || 'no answer'})`);
    if (wait === undefined) return;
    timers.set(job.id, wait, () => void deliver(job, url, request, attempt + 1));
  };

  return {
    tell(job) {
      const event = policies.webhookFor(job);
      if (event === undefined || job.webhookUrl === undefined) return;
      void deliver(job, job.webhookUrl, policies.webhook(requestOf(job, event)), 0);
    },
    close: () => stop.abort(),
  };
}

function requestOf(job: Job, event: string): WebhookRequest {
  const delivery = randomUUID();
  const timestamp = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({
    event,
    delivery_id: delivery,
    timestamp: new Date(timestamp * 1000).toISOString(),
    data: {
      job_request_id: job.id,
      status: job.status,
      previous_status: job.previous ?? null,
      job_type: job.type,
      ...(job.status === 'done' ? { result_url: job.resultUrl ?? null } : {}),
      ...(job.errorCode === undefined ? {} : { error_code: job.errorCode, error_message: 'The job failed.' }),
    },
  });
  const header = (name: string): string => `x-${job.app.product.toLowerCase()}-${name}`;
  return {
    body,
    headers: {
      'content-type': 'application/json',
      [header('event')]: event,
      [header('delivery-id')]: delivery,
      [header('timestamp')]: String(timestamp),
      [header('signature')]: `sha256=${sign(job.app.secret, `${timestamp}.${body}`)}`,
    },
  };
}

/** The status of the answer; 0 where there was none. */
async function post(url: string, { headers, body }: WebhookRequest, stop: AbortSignal): Promise<number> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([stop, AbortSignal.timeout(deadline)]),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}
