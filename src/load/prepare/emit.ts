import { Agent, request } from 'undici';
import { isObject, type Json, parseJson } from '../../contract/json.ts';
import type { EmitRules } from '../../contract/rules.ts';
import { tokenOf } from '../../surfaces/emit/offers.ts';
import type { EmitTarget, Space } from '../../target/target.ts';
import type { ChannelPlan } from '../plan/load-plan.ts';
import type { Lacking, Preparation, Stamped } from './preparation.ts';

/** A job that is reported on for as long as a load lasts must not time out meanwhile. */
const timeoutSeconds = 86_400;

/** What an emit target lacks for a load. */
export function lackingForEmit(target: EmitTarget): Lacking {
  const lacking: string[] = [];
  const space = ownSpace(target);
  if (!target.drivers.includes('emit-rest'))
    lacking.push('the driver emit-rest (urls.http): to make jobs and report on them');
  if (!target.dedicated) lacking.push('dedicated: true: polling takes any pending job of the space');
  if (!space) lacking.push('a space of its own');
  for (const token of ['producer', 'worker', 'read'] as const) {
    if (space && tokenOf(space, token) === undefined) lacking.push(`the token ${token} of space ${space.id}`);
  }
  return lacking;
}

/** Makes a running job for each channel. @throws Error where the target does not. */
export async function prepareEmit(
  rules: EmitRules,
  target: EmitTarget,
  { run, stage }: Stamped,
): Promise<Preparation> {
  const space = ownSpace(target);
  if (!space) throw new Error('there is no space of its own');
  const api = new EmitApi(rules, target, space);
  const jobs: string[] = [];
  try {
    for (let channel = 0; channel < stage.channels; channel++) {
      jobs.push(await api.runningJob(nameOf(run, channel)));
    }
  } catch (cause) {
    await api.endAll(jobs);
    throw cause;
  }
  const read = tokenOf(space, 'read') ?? '';
  const channels = jobs.map((job): ChannelPlan => api.door(job, read));
  const [good] = channels;
  const [job = ''] = jobs;
  const { scope } = rules.streams.job.admits.read ?? {};
  return {
    channels,
    authorize: { kind: 'none' },
    ...(good ? { intruder: { good, bad: api.door(job, `plumbline-nobody-${run.toString(16)}`) } } : {}),
    via: {
      kind: 'emit-rest',
      urls: jobs.map((each) => api.url('progress', each)),
      headers: { ...target.headers, accept: 'application/json', 'x-api-key': tokenOf(space, 'worker') ?? '' },
    },
    about: (channel) => ({
      stream: 'job',
      credential: 'read',
      space: space.id,
      ...(scope === undefined ? {} : { scope }),
      ...(jobs[channel] === undefined ? {} : { job: jobs[channel] }),
    }),
    jobs: jobs.map((id, channel) => ({
      ...{ name: id, id, where: space.id, nonce: '', calls: [], from: 0 },
      about: { jobName: nameOf(run, channel) },
    })),
    finish: () => api.endAll(jobs),
  };
}

/** Without a mark: where a name stands in a frame, it must not pass for a publish. */
function nameOf(run: number, channel: number): string {
  return `plumbline load ${run.toString(16)}, channel ${channel}`;
}

function ownSpace(target: EmitTarget): Space | undefined {
  return target.spaces.find(({ tenant }) => tenant === 'own');
}

/** The few calls that a load needs beside those that it measures. */
class EmitApi {
  readonly #rules: EmitRules;
  readonly #target: EmitTarget;
  readonly #space: Space;
  readonly #agent: Agent;

  constructor(rules: EmitRules, target: EmitTarget, space: Space) {
    this.#rules = rules;
    this.#target = target;
    this.#space = space;
    const { ca, insecure, serverName } = target.tls;
    this.#agent = new Agent({
      connect: {
        timeout: target.deadlines.connectMs,
        ...(ca === undefined ? {} : { ca }),
        ...(insecure ? { rejectUnauthorized: false } : {}),
        ...(serverName === undefined ? {} : { servername: serverName }),
      },
    });
  }

  url(call: string, job = ''): string {
    const path = (this.#rules.rest[call]?.path ?? '')
      .replace('{space}', encodeURIComponent(this.#space.id))
      .replace('{job}', encodeURIComponent(job));
    return `${(this.#target.urls.http ?? '').replace(/\/$/, '')}${this.#rules.api.root}${path}`;
  }

  door(job: string, token: string): ChannelPlan {
    const path = this.#rules.api.jobStream.replace('{job}', encodeURIComponent(job));
    return {
      name: job,
      url: `${this.#target.urls.ws.replace(/\/$/, '')}${this.#rules.api.root}${path}?token=${encodeURIComponent(token)}`,
      headers: this.#target.headers,
    };
  }

  /** A job of ours that a worker has taken. A job of somebody else's is left alone, and ends the load. */
  async runningJob(name: string): Promise<string> {
    const made = await this.#call('create', 'producer', '', {
      name,
      payload: {},
      maxRetries: 0,
      timeoutSeconds,
    });
    const id = isObject(made) ? made.id : undefined;
    if (typeof id !== 'string') throw new Error('a job was made without an id');
    const polled = await this.#call('poll', 'worker', '', { count: 1 });
    const handed =
      isObject(polled) && Array.isArray(polled.jobs) ? polled.jobs : Array.isArray(polled) ? polled : [];
    const strange = handed.find((job) => isObject(job) && job.id !== id);
    if (isObject(strange)) {
      throw new Error(
        `a poll handed out the job ${String(strange.id)}, which is not of this run: the space is not dedicated`,
      );
    }
    if (handed.length === 0) throw new Error('a poll did not hand out the job that had just been made');
    await this.#call('ack', 'worker', id, {});
    return id;
  }

  async endAll(jobs: readonly string[]): Promise<void> {
    const wraps = this.#rules.rest.complete?.wraps;
    const body = wraps === undefined ? {} : { [wraps]: {} };
    await Promise.allSettled(jobs.map((job) => this.#call('complete', 'worker', job, body)));
    await this.#agent.close();
  }

  async #call(
    call: string,
    token: 'producer' | 'worker',
    job: string,
    body: Json,
  ): Promise<Json | undefined> {
    const answer = await request(this.url(call, job), {
      dispatcher: this.#agent,
      method: 'POST',
      headers: {
        ...this.#target.headers,
        accept: 'application/json',
        'content-type': 'application/json',
        'x-api-key': tokenOf(this.#space, token) ?? '',
      },
      body: JSON.stringify(body),
      headersTimeout: this.#target.deadlines.answerMs,
      bodyTimeout: this.#target.deadlines.answerMs,
    });
    const text = await answer.body.text();
    if (answer.statusCode < 200 || answer.statusCode > 299) {
      throw new Error(`${call} was answered ${answer.statusCode} ${text.slice(0, 120)}`.trim());
    }
    return parseJson(text);
  }
}
