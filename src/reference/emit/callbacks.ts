import type { Job } from './job.ts';

/** Milliseconds that a receiver has to answer. */
const deadline = 5000;

/** Posts the end of jobs to the addresses that their producers named: best effort, once, never awaited. */
export interface Callbacks {
  readonly send: (job: Job) => void;
  readonly close: () => void;
}

export function createCallbacks(log: (line: string) => void): Callbacks {
  const stop = new AbortController();
  const post = async (job: Job, url: string, headers: Readonly<Record<string, string>>): Promise<void> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'emit.run/1.0' },
      body: JSON.stringify({
        jobId: job.id,
        spaceId: job.space,
        name: job.name,
        status: job.status,
        attemptNumber: job.attempt,
        result: job.result,
        timestamp: new Date(job.lastTick).toISOString(),
      }),
      redirect: 'manual',
      signal: AbortSignal.any([stop.signal, AbortSignal.timeout(deadline)]),
    });
    await response.body?.cancel();
    log(`emit: callback of job ${job.id} was answered ${response.status}`);
  };
  return {
    send(job) {
      if (!job.callback) return;
      post(job, job.callback.url, job.callback.headers).catch((cause: Error) => {
        if (!stop.signal.aborted) log(`emit: callback of job ${job.id} failed: ${cause.message}`);
      });
    },
    close: () => stop.abort(),
  };
}
