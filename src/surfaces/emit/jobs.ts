import { randomBytes } from 'node:crypto';
import { isObject, type Json } from '../../contract/json.ts';
import type { Job } from '../../suite/recording.ts';
import { SceneStopped } from '../../suite/scene.ts';
import type { Exchange } from '../../wire/event.ts';
import { isByCommand } from '../command-program.ts';
import { isAccepted, type RestRequest, whyNot } from './driver.ts';
import { tokenOf } from './offers.ts';
import { EmitSpaces } from './spaces.ts';

/** How a job is made. */
export interface JobOptions {
  /** Which leased space: `own`, `own:1`, `foreign`. @default own */
  readonly space?: string;
  readonly maxRetries?: number;
  readonly timeoutSeconds?: number;
  readonly payload?: Json;
}

/** Verbs about jobs: made, polled, moved on, ended. */
export class EmitJobs extends EmitSpaces {
  protected readonly handed = new Map<string, number>();
  protected readonly over = new Set<string>();

  /** Creates a job whose name holds the scene's nonce. Stops the scene where it is refused. */
  async job(name: string, options: JobOptions = {}): Promise<void> {
    const space = this.space(options.space);
    const nonce = `${this.nonce}-${name}-${randomBytes(3).toString('hex')}`;
    const from = this.stage.recorder.position;
    this.#namesOfThisRun().add(nonce);
    const exchange = await this.#create({
      call: 'create',
      token: tokenOf(space, 'producer'),
      space: space.id,
      body: {
        name: nonce,
        payload: options.payload ?? { nonce },
        maxRetries: options.maxRetries ?? this.rules.limits.defaultRetries ?? 3,
        timeoutSeconds: options.timeoutSeconds ?? this.rules.limits.defaultTimeoutSeconds ?? 300,
      },
    });
    const id = isObject(exchange.json) ? exchange.json.id : undefined;
    const made = isAccepted(exchange) && typeof id === 'string' && id !== '';
    this.stage.recorder.step({
      name: `job ${name}`,
      verb: 'create',
      // What a program of the user's does not manage is not the target's refusal, and a server that is busy has
      // not said that it makes no jobs.
      ...(isByCommand(exchange) || isBusy(exchange) ? {} : { owns: 'E20' }),
      outcome: made ? 'ok' : 'miss',
      from,
      ...(made ? {} : { reason: `the job was not made: ${whyNot(exchange)}` }),
    });
    if (!made) throw new SceneStopped(`the job ${name} was not made: ${whyNot(exchange)}`);
    this.stage.recorder.job({
      name,
      id,
      where: space.id,
      nonce,
      calls: [],
      from,
      about: { jobName: nonce, maxRetries: options.maxRetries ?? 3, created: exchange.seq },
    });
    this.madeByThisRun().add(id);
  }

  /** Asks for a job; a busy server is asked again, twice. */
  async #create(request: RestRequest): Promise<Exchange> {
    for (let retry = 0; ; retry++) {
      const exchange = await this.driver.request(request);
      if (!isBusy(exchange) || retry >= 2) return exchange;
      // Not a wait for the target to change its mind, but for it to have time for us.
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** retry));
    }
  }

  /** A job may have been made though the answer to its creation was lost: its name tells whose it is. */
  #isOfThisRun(handed: Json): boolean {
    return isObject(handed) && typeof handed.name === 'string' && this.#namesOfThisRun().has(handed.name);
  }

  /** Names of every job that this run has asked for. */
  #namesOfThisRun(): Set<string> {
    const known = this.stage.shared.get('names');
    if (known instanceof Set) return known as Set<string>;
    const asked = new Set<string>();
    this.stage.shared.set('names', asked);
    return asked;
  }

  /** Takes a job that a `rest` call made into the recording, so that it is ended with the others. */
  adopt(name: string, step: string): void {
    const { recorder } = this.stage;
    const made = recorder.recording.steps.find((one) => one.name === step);
    const event = recorder.recording.events[made?.events[0] ?? -1];
    const json = event?.kind === 'exchange' && isObject(event.json) ? event.json : {};
    if (typeof json.id !== 'string') return;
    const where = this.space().id;
    recorder.job({
      name,
      id: json.id,
      where,
      nonce: String(json.name ?? ''),
      calls: [],
      from: recorder.position,
      about: { jobName: json.name ?? null },
    });
    this.madeByThisRun().add(json.id);
  }

  /** Ids of the scene's jobs by name. */
  get jobIds(): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.stage.recorder.recording.jobs).map(([name, job]) => [name, job.id]),
    );
  }

  /** The worker takes the job; a poll that hands out another of ours keeps that for its own step. */
  async poll(job: string): Promise<Exchange | undefined> {
    const { id, where } = this.jobNamed(job);
    const known = this.handed.get(id);
    if (known !== undefined) {
      this.handed.delete(id);
      return this.stage.recorder.recording.events[known] as Exchange;
    }
    const space = this.spaceOf(where);
    for (let tries = 0; tries < 12; tries++) {
      const exchange = await this.driver.request({
        call: 'poll',
        token: tokenOf(space, 'worker'),
        space: where,
        body: { count: 1 },
      });
      const jobs =
        isObject(exchange.json) && Array.isArray(exchange.json.jobs) ? (exchange.json.jobs as Json[]) : [];
      for (const handed of jobs) {
        const other = isObject(handed) && typeof handed.id === 'string' ? handed.id : '';
        if (other === id) {
          this.note(job, 'poll', {}, exchange);
          return exchange;
        }
        const name = this.nameOf(other);
        if (name !== undefined) {
          this.note(name, 'poll', {}, exchange);
          this.handed.set(other, exchange.seq);
        } else if (!this.madeByThisRun().has(other) && !this.#isOfThisRun(handed)) {
          this.retire(where, `a poll handed out ${other}, which this run did not make`);
          throw new Error(
            `space ${where}: a poll handed out the job ${other}, which this run did not make: is the space dedicated?`,
          );
        }
      }
      if (!isAccepted(exchange) || jobs.length === 0) {
        this.note(job, 'poll', {}, exchange, false);
        return undefined;
      }
    }
    return undefined;
  }

  /** A worker's call for a job, with a body. The call and whether it was taken are recorded. */
  async call(job: string, verb: string, body: Json = {}): Promise<boolean> {
    if (verb === 'poll') {
      const handed = await this.poll(job);
      return handed !== undefined;
    }
    const { id, where } = this.jobNamed(job);
    const exchange = await this.driver.request({
      call: verb,
      token: this.tokenFor(verb, where),
      space: where,
      job: id,
      body: this.wrapped(verb, body),
    });
    this.note(job, verb, body, exchange);
    if (isAccepted(exchange) && (verb === 'complete' || verb === 'fail')) this.over.add(job);
    if (isAccepted(exchange) && verb === 'fail') this.over.delete(job);
    return isAccepted(exchange);
  }

  /** Performs a verb as a step of its own; a verb that is not taken stops the scene. */
  async act(
    job: string,
    verb: string,
    body: Json = {},
    name = `${verb} ${job}`,
    owns?: string,
  ): Promise<void> {
    const from = this.stage.recorder.position;
    const taken = await this.call(job, verb, body);
    const exchange = this.lastExchange(from);
    const reason = taken
      ? undefined
      : verb === 'poll' && exchange && isAccepted(exchange)
        ? 'the poll did not hand out the job'
        : exchange
          ? whyNot(exchange)
          : 'not taken';
    this.stage.recorder.step({
      name,
      verb,
      outcome: taken ? 'ok' : 'miss',
      from,
      ...(reason === undefined ? {} : { reason }),
      ...(owns === undefined || (exchange && isByCommand(exchange)) ? {} : { owns }),
    });
    if (!taken) throw new SceneStopped(`${name}: ${reason}`);
  }

  /** Moves a job's timers on by just so many seconds; only where the target has `control`. */
  async advance(job: string, seconds: number, name = `advance ${job}`): Promise<void> {
    const from = this.stage.recorder.position;
    const taken = await this.driver.control({ op: 'advance', job: this.jobNamed(job).id, seconds });
    this.stage.recorder.step({
      name,
      verb: 'advance',
      outcome: taken ? 'ok' : 'miss',
      from,
      ...(taken ? {} : { reason: 'control did not take it' }),
    });
    if (!taken) throw new SceneStopped('control did not take it');
  }

  /** Lets a job's timer run out by `control`; without it the step that follows waits for the event itself. */
  async clock(job: string, seconds: number): Promise<void> {
    if (this.hasControl) await this.advance(job, seconds + 1, `clock ${job}`);
  }

  /** Ends what is left pending, so that the space can be leased again. */
  async tidy(): Promise<void> {
    for (const [name, job] of Object.entries(this.stage.recorder.recording.jobs)) {
      if (this.over.has(name)) continue;
      const state = await this.statusOf(job);
      if (state === undefined || this.rules.automaton.terminal.includes(state)) continue;
      const ended = await this.end(name, state);
      if (!ended) this.retire(job.where, `the job ${job.id} could not be ended`);
    }
  }

  protected async end(name: string, state: string): Promise<boolean> {
    if (state === 'pending' && !this.handed.has(this.jobNamed(name).id)) {
      if ((await this.poll(name)) === undefined) return false;
    }
    if (state !== 'running' && !(await this.call(name, 'ack'))) return false;
    return this.call(name, 'complete', null);
  }

  /** The state a job is in: by its own word over REST, else by the calls that were taken. */
  protected async statusOf(job: Job): Promise<string | undefined> {
    if (!this.target.drivers.includes('emit-rest')) return this.stateByCalls(job);
    const space = this.spaceOf(job.where);
    const token = tokenOf(space, 'read') ?? tokenOf(space, 'worker');
    const exchange = await this.driver.request({ call: 'get', token, job: job.id });
    const status = isObject(exchange.json) ? exchange.json.status : undefined;
    return typeof status === 'string' ? status : this.stateByCalls(job);
  }

  protected stateByCalls(job: Job): string {
    const { initial, transitions } = this.rules.automaton;
    const retries = Number(job.about.maxRetries ?? 0);
    let failures = 0;
    let state = initial;
    for (const { verb, accepted } of job.calls) {
      if (!accepted) continue;
      const when = verb === 'fail' ? (failures++ < retries ? 'retries-left' : 'no-retries-left') : undefined;
      const next = transitions.find(
        (one) => one.from === state && one.on === verb && (when === undefined || one.when === when),
      );
      state = next?.to ?? state;
    }
    return state;
  }

  /** The payload of a call in the body that the call has for it. */
  protected wrapped(verb: string, payload: Json): Json {
    const key = this.rules.rest[verb]?.wraps;
    return key === undefined ? payload : { [key]: payload };
  }

  protected jobNamed(name: string): Job {
    const job = this.stage.recorder.recording.jobs[name];
    if (!job) throw new Error(`the scene made no job ${name}`);
    return job;
  }

  protected nameOf(id: string): string | undefined {
    return Object.values(this.stage.recorder.recording.jobs).find((job) => job.id === id)?.name;
  }

  protected note(
    job: string,
    verb: string,
    body: Json,
    exchange: Exchange,
    accepted = isAccepted(exchange),
  ): void {
    this.stage.recorder.call(job, { verb, body, accepted, seq: exchange.seq });
  }

  protected lastExchange(from: number): Exchange | undefined {
    return this.stage.recorder.recording.events
      .slice(from)
      .findLast((event): event is Exchange => event.kind === 'exchange');
  }

  /** Ids of every job that this run made on the target. */
  protected madeByThisRun(): Set<string> {
    const known = this.stage.shared.get('own-jobs');
    if (known instanceof Set) return known as Set<string>;
    const made = new Set<string>();
    this.stage.shared.set('own-jobs', made);
    return made;
  }
}

function isBusy({ status }: Exchange): boolean {
  return status === 429 || status >= 500;
}
