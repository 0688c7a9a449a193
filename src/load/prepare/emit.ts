import { Agent, request } from 'undici';
import { isObject, type Json, parseJson } from '../../contract/json.ts';
import type { EmitRules } from '../../contract/rules.ts';
import { tokenOf } from '../../surfaces/emit/offers.ts';
import type { EmitTarget, Space } from '../../target/target.ts';
import { tlsConnectOptions } from '../../wire/tls-options.ts';
import { type ChannelPlan, jobsOf, type StageShape } from '../plan/load-plan.ts';
import type { Lacking, Preparation, Stamped } from './preparation.ts';

/** A job that is reported on for as long as a load lasts must not time out meanwhile. */
const timeoutSeconds = 86_400;

/** Tokens without which no load is put on a space. */
const tokens = ['producer', 'worker', 'read'] as const;

/** What an emit target lacks for a load. `spaces`: so many streams of spaces are watched; absent: those of jobs. */
export function lackingForEmit(target: EmitTarget, { spaces }: { readonly spaces?: number } = {}): Lacking {
  const lacking: string[] = [];
  if (!target.drivers.includes('emit-rest'))
    lacking.push('the driver emit-rest (urls.http): to make jobs and report on them');
  if (!target.dedicated) lacking.push('dedicated: true: polling takes any pending job of the space');
  if (spaces !== undefined) {
    const there = usableSpaces(target).length;
    if (there < spaces) {
      lacking.push(
        `${spaces} ${spaces === 1 ? 'space' : 'spaces'} with the tokens ${tokens.join(', ')}: it has ${there} (--set channels=N: so many spaces)`,
      );
    }
    return lacking;
  }
  const space = ownSpace(target);
  if (!space) lacking.push('a space of its own');
  for (const token of tokens) {
    if (space && tokenOf(space, token) === undefined) lacking.push(`the token ${token} of space ${space.id}`);
  }
  return lacking;
}

/** Makes the running jobs of each channel. @throws Error where the target does not. */
export async function prepareEmit(
  rules: EmitRules,
  target: EmitTarget,
  { run, stage }: Stamped,
): Promise<Preparation> {
  const stream = stage.space ? 'space' : 'job';
  const sources: Source[] = [];
  const finish = async (): Promise<void> => {
    await Promise.all([...new Set(sources.map(({ api }) => api))].map((api) => api.endAll()));
  };
  try {
    for (const source of sourcesOf(rules, target, stage)) {
      sources.push(source);
      for (let at = 0; at < jobsOf(stage); at++) {
        source.jobs.push(await source.api.runningJob(nameOf(run, sources.length - 1, at, stream)));
      }
    }
  } catch (cause) {
    await finish();
    throw cause;
  }
  const doorTo = ({ api, jobs: [job = ''] }: Source, token: string): ChannelPlan =>
    stream === 'space' ? api.spaceDoor(token) : api.jobDoor(job, token);
  const [first] = sources;
  const { scope } = rules.streams[stream].admits.read ?? {};
  const nobody = `plumbline-nobody-${run.toString(16)}`;
  return {
    channels: sources.map((source) => doorTo(source, source.api.token('read'))),
    authorize: { kind: 'none' },
    ...(first
      ? { intruder: { good: doorTo(first, first.api.token('read')), bad: doorTo(first, nobody) } }
      : {}),
    via: {
      kind: 'emit-rest',
      channels: sources.map(({ api, jobs }) => ({
        urls: jobs.map((job) => api.url('progress', job)),
        headers: { ...target.headers, accept: 'application/json', 'x-api-key': api.token('worker') },
      })),
    },
    about: (channel) => {
      const { api, jobs } = sources[channel] ?? {};
      return {
        stream,
        credential: 'read',
        ...(api === undefined ? {} : { space: api.space.id }),
        ...(scope === undefined ? {} : { scope }),
        ...(stream === 'space' || jobs?.[0] === undefined ? {} : { job: jobs[0] }),
      };
    },
    jobs: sources.flatMap(({ api, jobs }, channel) =>
      jobs.map((id, at) => ({
        ...{ name: id, id, where: api.space.id, nonce: '', calls: [], from: 0 },
        about: { jobName: nameOf(run, channel, at, stream) },
      })),
    ),
    finish,
  };
}

/** Whose events a channel carries. */
interface Source {
  readonly api: EmitApi;
  readonly jobs: string[];
}

/** A source for each channel: a space with its jobs, or one job in a space that all share. @throws Error without a space. */
function sourcesOf(rules: EmitRules, target: EmitTarget, stage: StageShape): readonly Source[] {
  if (stage.space) {
    const spaces = usableSpaces(target).slice(0, stage.channels);
    if (spaces.length < stage.channels) throw new Error(`there are ${spaces.length} spaces to make jobs in`);
    return spaces.map((space) => ({ api: new EmitApi(rules, target, space), jobs: [] }));
  }
  const space = ownSpace(target);
  if (!space) throw new Error('there is no space of its own');
  const api = new EmitApi(rules, target, space);
  return Array.from({ length: stage.channels }, () => ({ api, jobs: [] }));
}

/** Without a mark: where a name stands in a frame, it must not pass for a publish. */
function nameOf(run: number, channel: number, at: number, stream: 'job' | 'space'): string {
  const which = stream === 'space' ? `space ${channel}, job ${at}` : `channel ${channel}`;
  return `plumbline load ${run.toString(16)}, ${which}`;
}

function ownSpace(target: EmitTarget): Space | undefined {
  return target.spaces.find(({ tenant }) => tenant === 'own');
}

/** Where jobs can be made and watched: our own first, and then those of others, which must not hear of ours. */
function usableSpaces({ spaces }: EmitTarget): readonly Space[] {
  const usable = spaces.filter((space) => tokens.every((name) => tokenOf(space, name) !== undefined));
  return [
    ...usable.filter(({ tenant }) => tenant === 'own'),
    ...usable.filter(({ tenant }) => tenant !== 'own'),
  ];
}

/** The few calls in a space that a load needs beside those that it measures. */
class EmitApi {
  readonly space: Space;
  readonly #rules: EmitRules;
  readonly #target: EmitTarget;
  readonly #running: string[] = [];
  readonly #agent: Agent;

  constructor(rules: EmitRules, target: EmitTarget, space: Space) {
    this.#rules = rules;
    this.#target = target;
    this.space = space;
    this.#agent = new Agent({
      connect: {
        timeout: target.deadlines.connectMs,
        ...tlsConnectOptions(target.tls),
      },
    });
  }

  url(call: string, job = ''): string {
    const path = (this.#rules.rest[call]?.path ?? '')
      .replace('{space}', encodeURIComponent(this.space.id))
      .replace('{job}', encodeURIComponent(job));
    return `${(this.#target.urls.http ?? '').replace(/\/$/, '')}${this.#rules.api.root}${path}`;
  }

  token(name: (typeof tokens)[number]): string {
    return tokenOf(this.space, name) ?? '';
  }

  jobDoor(job: string, token: string): ChannelPlan {
    return this.#door(job, this.#rules.api.jobStream.replace('{job}', encodeURIComponent(job)), token);
  }

  spaceDoor(token: string): ChannelPlan {
    const { id } = this.space;
    return this.#door(id, this.#rules.api.spaceStream.replace('{space}', encodeURIComponent(id)), token);
  }

  #door(name: string, path: string, token: string): ChannelPlan {
    return {
      name,
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
    this.#running.push(id);
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

  /** Ends what was begun here. Never rejects. */
  async endAll(): Promise<void> {
    const wraps = this.#rules.rest.complete?.wraps;
    const body = wraps === undefined ? {} : { [wraps]: {} };
    await Promise.allSettled(this.#running.map((job) => this.#call('complete', 'worker', job, body)));
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
        'x-api-key': this.token(token),
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
