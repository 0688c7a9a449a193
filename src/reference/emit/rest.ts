import type { Context, Hono } from 'hono';
import type { Json, JsonObject } from '../../contract/json.ts';
import type { EmitRules } from '../../contract/rules.ts';
import type { Body } from '../json-body.ts';
import { readBody } from '../json-body.ts';
import { headerToken } from './header-token.ts';
import { describeJob, type Job } from './job.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { EmitPolicies, Reply } from './policies.ts';
import {
  BadRequest,
  readCount,
  readData,
  readError,
  readJobSpec,
  readNumber,
  readStatus,
  readWrapped,
} from './requests.ts';
import type { Store } from './store.ts';

interface Parts {
  readonly rules: EmitRules;
  readonly policies: EmitPolicies;
  readonly store: Store;
  readonly lifecycle: Lifecycle;
}

interface Asked {
  readonly body: Body;
  readonly query: Readonly<Record<string, string>>;
}

/** The calls of producers and workers: a route for each row of the rules. */
export function mountRest(app: Hono, { rules, policies, store, lifecycle }: Parts): void {
  const { automaton, limits } = rules;

  const inSpace: Readonly<Record<string, (space: string, asked: Asked) => Reply>> = {
    create: (space, { body }) => ({
      status: 201,
      body: describeJob(lifecycle.create(space, readJobSpec(body, limits))),
    }),
    poll: (space, { body }) => {
      const jobs = lifecycle.poll(space, readCount(body, limits));
      return { status: 200, body: { jobs: jobs.map(forWorker) } };
    },
    list: (space, { query }) => {
      const status = readStatus(query, automaton.states);
      const most = limits.listLimit ?? 100;
      const limit = readNumber(query, 'limit', 1, most, most);
      const offset = readNumber(query, 'offset', 0, 999_999_999, 0);
      const found = store.jobsOf(space).filter((job) => status === undefined || job.status === status);
      return {
        status: 200,
        body: {
          jobs: found.slice(offset, offset + limit).map(describeJob),
          total: found.length,
          limit,
          offset,
        },
      };
    },
  };

  /** What a verb takes from its body. */
  const inputs: Readonly<Record<string, (body: Body) => Json>> = {
    progress: readData,
    checkpoint: readData,
    fail: readError,
  };

  const onJob = (name: string, job: Job, { body }: Asked): Reply => {
    if (name === 'get') return { status: 200, body: { ...describeJob(job), events: job.history } };
    const wrapped = rules.rest[name]?.wraps;
    const input = wrapped === undefined ? inputs[name]?.(body) : readWrapped(body, wrapped);
    if (lifecycle.perform(job, name, input)) return { status: 200, body: { id: job.id, status: job.status } };
    const allowed = automaton.transitions.filter(({ on }) => on === name).map(({ from }) => from);
    return problem(409, `Job is ${job.status}; ${name} needs it to be ${[...new Set(allowed)].join(' or ')}`);
  };

  const perform = (name: string, c: Context, asked: Asked): Reply => {
    const id = c.req.param('job');
    const job = id === undefined ? undefined : store.job(id);
    const space = id === undefined ? store.spaces.get(c.req.param('space') ?? '')?.id : job?.space;
    const issued = headerToken(store, (header) => c.req.header(header));
    const refusal = policies.authorize({ name, token: policies.recognise(issued), issued, space });
    if (refusal) return problem(refusal.status, refusal.error);
    try {
      if (job) return onJob(name, job, asked);
      if (space !== undefined) return inSpace[name]?.(space, asked) ?? problem(404, 'There is no such call');
    } catch (cause) {
      if (cause instanceof BadRequest) return problem(400, cause.message);
      throw cause;
    }
    return problem(404, 'There is no such job or space');
  };

  for (const [name, call] of Object.entries(rules.rest)) {
    app.on(call.method, rules.api.root + call.path.replace(/\{(\w+)\}/g, ':$1'), async (c) => {
      const asked = { body: readBody(call.method === 'GET' ? '' : await c.req.text()), query: c.req.query() };
      const { status, body } = policies.answer(name, perform(name, c, asked));
      return c.json(body, status as 200);
    });
  }
}

/** A job as `poll` hands it to a worker. */
function forWorker(job: Job): JsonObject {
  const { id, name, payload, timeoutSeconds, maxRetries, attempt, createdAt } = job;
  return { id, name, payload, timeoutSeconds, maxRetries, attemptNumber: attempt, createdAt };
}

function problem(status: number, error: string): Reply {
  return { status, body: { error } };
}
