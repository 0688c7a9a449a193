import type { Hono } from 'hono';
import type { Timers } from '../surface-server.ts';
import { failure, send } from './http-replies.ts';
import type { Job } from './job.ts';
import type { PusherPolicies } from './policies.ts';
import { jpeg } from './previews.ts';
import { sameText, sign } from './signing.ts';

/** Seconds that a result URL is good for. */
const lifetime = 3600;

/** URLs that are good at a time; under load the oldest run out early. */
const most = 20_000;

/** Results of finished jobs, behind signed URLs that expire. */
export interface Results {
  /** A URL that works now. */
  readonly url: (job: Job) => string;
  /** The job's URL while it is good, else a new one (D24). */
  readonly freshUrl: (job: Job) => string;
  readonly mount: (server: Hono) => void;
}

export function createResults(policies: PusherPolicies, timers: Timers): Results {
  const good = new Map<string, Job>();
  let count = 0;

  const url = (job: Job): string => {
    count += 1;
    const path = `/results/${job.id}.${job.kind === 'image' ? 'jpg' : 'bin'}`;
    const expires = Math.floor(Date.now() / 1000) + lifetime;
    const query = `expires=${expires}&serial=${count}`;
    const signature = sign(job.app.secret, `${path}?${query}`);
    good.set(signature, job);
    for (const oldest of good.keys()) {
      if (good.size <= most) break;
      good.delete(oldest);
    }
    // On the job's own clock, so that `control` can let it run out.
    timers.set(job.id, lifetime * 1000, () => good.delete(signature));
    return `${job.origin}${path}?${query}&signature=${signature}`;
  };
  const isGood = (text: string | undefined): text is string => {
    const signature = text === undefined ? undefined : new URL(text).searchParams.get('signature');
    return signature !== null && signature !== undefined && good.has(signature);
  };

  return {
    url,
    freshUrl: (job) => (isGood(job.resultUrl) ? job.resultUrl : url(job)),
    mount(server) {
      server.get('/results/:file', (c) => {
        const given = c.req.query('signature') ?? '';
        const job = good.get(given);
        const signed = `${c.req.path}?expires=${c.req.query('expires')}&serial=${c.req.query('serial')}`;
        const current = job !== undefined && sameText(given, sign(job.app.secret, signed));
        if (!policies.honoursResult(current))
          return send(c, failure(403, 'This URL has expired or was never signed.'));
        const bytes = job?.kind === 'other' ? Buffer.from(job.id) : jpeg(200);
        return c.body(new Uint8Array(bytes), 200, {
          'content-type': job?.kind === 'other' ? 'application/octet-stream' : 'image/jpeg',
        });
      });
    },
  };
}
