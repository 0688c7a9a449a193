import type { Json, JsonObject } from '../../contract/json.ts';

/** An event as it is shown to a viewer of full scope, before anything is stripped from it. */
export type EmitEvent = JsonObject & { readonly type: string; readonly status: string };

/** A job, with all that has happened to it. */
export interface Job {
  readonly id: string;
  readonly space: string;
  readonly name: string;
  readonly payload: Json;
  readonly maxRetries: number;
  readonly timeoutSeconds: number;
  readonly callback?: Callback;
  readonly createdAt: string;
  status: string;
  /** Failed attempts so far: 0 on the first delivery. */
  attempt: number;
  result: Json;
  error: string | null;
  /** Its latest events, oldest first. */
  readonly history: EmitEvent[];
  /** Milliseconds since the epoch of its latest event. */
  lastTick: number;
}

/** Where the end of a job is told, apart from the streams. */
export interface Callback {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a producer decides about a job. */
export type JobSpec = Pick<Job, 'name' | 'payload' | 'maxRetries' | 'timeoutSeconds' | 'callback'>;

/** A job as REST shows it. */
export function describeJob(job: Job): JsonObject {
  return {
    id: job.id,
    spaceId: job.space,
    name: job.name,
    status: job.status,
    payload: job.payload,
    maxRetries: job.maxRetries,
    timeoutSeconds: job.timeoutSeconds,
    attemptNumber: job.attempt,
    callbackUrl: job.callback?.url ?? null,
    result: job.result,
    lastError: job.error,
    createdAt: job.createdAt,
  };
}
