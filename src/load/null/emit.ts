import type { Json, JsonObject } from '../../contract/json.ts';
import { markerOf } from '../wire/marker.ts';
import type { Connection, Heard } from './connection.ts';
import type { Tenant } from './credentials.ts';
import { Crowd } from './crowd.ts';
import type { BlastRequest } from './options.ts';
import { PublishMaker } from './publish.ts';
import { stampedHead } from './stamped-frame.ts';
import {
  type Admission,
  type Answered,
  type Asked,
  type NullSurface,
  objectIn,
  type SurfaceParts,
} from './surface.ts';

interface Space {
  readonly id: string;
  readonly viewers: Set<Connection>;
  readonly pending: Job[];
}

interface Job {
  readonly id: string;
  readonly name: string;
  readonly space: Space;
  readonly payload: Json;
  readonly maxRetries: number;
  readonly timeoutSeconds: number;
  readonly createdAt: string;
  readonly viewers: Set<Connection>;
  status: string;
  attempt: number;
}

const root = '/api/v1';

/** Streams of jobs and spaces, and the calls that make their events. Tokens open all of their space. */
export class NullEmit implements NullSurface {
  readonly #parts: SurfaceParts;
  readonly #tokens: ReadonlyMap<string, Tenant>;
  readonly #spaces: ReadonlyMap<string, Space>;
  readonly #jobs = new Map<string, Job>();
  readonly #watching = new Crowd<Connection>();
  readonly #maker = new PublishMaker('emit');

  constructor(parts: SurfaceParts, tokens: ReadonlyMap<string, Tenant>, tenants: readonly Tenant[]) {
    this.#parts = parts;
    this.#tokens = tokens;
    this.#spaces = new Map(tenants.map(({ id }) => [id, { id, viewers: new Set(), pending: [] }]));
  }

  admit(url: URL): Admission | undefined {
    const [, spaces, id] = /^\/api\/v1\/realtime\/(spaces\/)?([^/]+)$/.exec(url.pathname) ?? [];
    if (id === undefined) return undefined;
    const job = spaces ? undefined : this.#jobs.get(decodeURIComponent(id));
    const space = spaces ? this.#spaces.get(decodeURIComponent(id)) : job?.space;
    if (!space) return { join: nobody, bad: 404 };
    const join = (connection: Connection): Heard => this.#join(connection, job ?? space, job);
    const bad = this.#whyNot(url.searchParams.get('token') ?? '', space);
    return bad === undefined ? { join } : { join, bad };
  }

  answer({ method, path, headers, body }: Asked): Answered | undefined {
    if (!path.startsWith(`${root}/`)) return undefined;
    const [, spaceId, poll] = /^\/api\/v1\/spaces\/([^/]+)\/jobs(\/poll)?$/.exec(path) ?? [];
    const [, jobId, verb] = /^\/api\/v1\/jobs\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    const job = jobId === undefined ? undefined : this.#jobs.get(decodeURIComponent(jobId));
    const space = spaceId === undefined ? job?.space : this.#spaces.get(decodeURIComponent(spaceId));
    if (!space) return { status: 404, body: { error: 'There is no such job or space' } };
    const token = String(headers['x-api-key'] ?? headers.authorization ?? '').replace(/^Bearer /, '');
    const refusal = this.#whyNot(token, space);
    if (refusal !== undefined) return { status: refusal, body: { error: 'The token is no good here' } };
    if (job)
      return method === 'GET' ? { status: 200, body: described(job) } : this.#perform(job, verb ?? '', body);
    const asked = objectIn(body);
    if (!asked) return { status: 400, body: { error: 'The body must be a JSON object' } };
    return poll ? this.#poll(space, Number(asked.count ?? 1)) : this.#create(space, asked);
  }

  blast({ run, channels, padding = 0 }: BlastRequest, channel: number, seq: number): void {
    const job = this.#jobs.get(channels[channel] ?? '');
    const nonce = markerOf({ run, channel, number: seq });
    if (job) this.#announce(job, 'progress', padding > 0 ? { nonce, pad: 'x'.repeat(padding) } : { nonce });
  }

  #create(space: Space, asked: JsonObject): Answered {
    const { name, payload = null, maxRetries = 3, timeoutSeconds = 300 } = asked;
    if (typeof name !== 'string') return { status: 400, body: { error: 'name must be a text' } };
    const job: Job = {
      id: `00N${String(this.#jobs.size + 1).padStart(23, '0')}`,
      name,
      space,
      payload,
      maxRetries: Number(maxRetries),
      timeoutSeconds: Number(timeoutSeconds),
      createdAt: new Date().toISOString(),
      viewers: new Set(),
      status: 'pending',
      attempt: 0,
    };
    this.#jobs.set(job.id, job);
    space.pending.push(job);
    return { status: 201, body: described(job), after: () => this.#announce(job, 'created') };
  }

  #poll(space: Space, count: number): Answered {
    const jobs = space.pending.splice(0, count);
    for (const job of jobs) job.status = 'delivered';
    return {
      status: 200,
      body: { jobs: jobs.map(forWorker) },
      after: () => {
        for (const job of jobs) this.#announce(job, 'delivered');
      },
    };
  }

  /** What a worker does with its job, in whatever order: lifecycles are not what is measured here. */
  #perform(job: Job, verb: string, body: string): Answered | undefined {
    const event = this.#after(job, verb, body);
    if (!event) return undefined;
    const { type, data } = event;
    return {
      status: 200,
      body: { id: job.id, status: job.status },
      ...(type === undefined ? {} : { after: () => this.#announce(job, type, data) }),
    };
  }

  #after(job: Job, verb: string, body: string): { type?: string; data?: Json } | undefined {
    switch (verb) {
      case 'ack':
        job.status = 'running';
        return { type: 'acked' };
      case 'progress':
      case 'checkpoint':
        return { type: verb, data: valueIn(body) };
      case 'keepalive':
        return {};
      case 'complete':
        job.status = 'completed';
        return { type: 'completed', data: objectIn(body)?.result ?? null };
      case 'fail': {
        const { error = 'Job failed' } = objectIn(body) ?? {};
        job.attempt += 1;
        if (job.attempt > job.maxRetries) {
          job.status = 'dead';
          return { type: 'dead', data: { error } };
        }
        job.status = 'pending';
        job.space.pending.push(job);
        return { type: 'retried', data: { error, attemptNumber: job.attempt } };
      }
      default:
        return undefined;
    }
  }

  #announce(job: Job, type: string, data?: Json): void {
    this.#parts.ledger.publishes += 1;
    const { viewers, space } = job;
    this.#parts.courier.deliver(this.#maker.make(stampedHead + eventOf(job, type, data), job.id), {
      viewers: both(viewers, space.viewers),
      others: this.#watching,
      isForeign: (connection) => !viewers.has(connection) && !space.viewers.has(connection),
    });
  }

  #join(connection: Connection, watched: Job | Space, job: Job | undefined): Heard {
    watched.viewers.add(connection);
    this.#watching.add(connection);
    if (job) connection.say(`{${eventOf(job, 'init', undefined)}`);
    return {
      message: () => {},
      closed: () => {
        watched.viewers.delete(connection);
        this.#watching.remove(connection);
      },
    };
  }

  /** The status of the refusal, where a token does not open a space. */
  #whyNot(token: string, space: Space): number | undefined {
    const owner = this.#tokens.get(token);
    if (!owner || this.#parts.isRefused(token)) return 401;
    return owner.id === space.id ? undefined : 403;
  }
}

const nobody = (): Heard => ({ message: () => {}, closed: () => {} });

/** The event without its opening brace. */
function eventOf(job: Job, type: string, data: Json | undefined): string {
  const { id: jobId, status, name: jobName } = job;
  const timestamp = new Date().toISOString();
  const event = data === undefined ? {} : { data };
  return JSON.stringify({ jobId, type, status, jobName, timestamp, ...event }).slice(1);
}

function* both(first: ReadonlySet<Connection>, second: ReadonlySet<Connection>): Iterable<Connection> {
  yield* first;
  yield* second;
}

function described(job: Job): JsonObject {
  const { id, space, name, status, payload, maxRetries, timeoutSeconds, attempt, createdAt } = job;
  return {
    id,
    spaceId: space.id,
    name,
    status,
    payload,
    maxRetries,
    timeoutSeconds,
    attemptNumber: attempt,
    callbackUrl: null,
    result: null,
    lastError: null,
    createdAt,
  };
}

/** A job as `poll` hands it to a worker. */
function forWorker(job: Job): JsonObject {
  const { id, name, payload, timeoutSeconds, maxRetries, attempt, createdAt } = job;
  return { id, name, payload, timeoutSeconds, maxRetries, attemptNumber: attempt, createdAt };
}

function valueIn(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return null;
  }
}
