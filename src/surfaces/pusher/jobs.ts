import { isObject, type Json, type JsonObject } from '../../contract/json.ts';
import type { Job } from '../../suite/recording.ts';
import { SceneStopped } from '../../suite/scene.ts';
import type { Client, PusherTarget } from '../../target/target.ts';
import type { Exchange, Frame, WireEvent } from '../../wire/event.ts';
import type { ChannelAuth } from './channel-auth.ts';
import { exchange as fetched, isTaken, whyNot } from './http-pool.ts';
import { requestIn, stateIn } from './job-answers.ts';
import type { JobDriver, SubmitKind } from './job-driver.ts';
import { channelOf, isChannelEvent, requestOf, statusOf } from './message.ts';
import { lackOf, type PusherVerb, performerOf } from './performer.ts';
import { isStillOn } from './standing.ts';
import type { Waits } from './waits.ts';

/** How a job is submitted. */
export interface SubmitOptions {
  readonly client?: 'own' | 'other';
  /** @default submit */
  readonly as?: SubmitKind;
  /** What a driver that can script jobs is told: updates, previews, hold. Others are told nothing of it. */
  readonly script?: JsonObject;
  readonly webhookUrl?: string | undefined;
}

/** Statuses after which a job does nothing more. */
const ends = ['done', 'error'];

/** Submits jobs and waits for what is said of them. Waits match request id and status, and nothing else. */
export class Jobs {
  readonly #target: PusherTarget;
  readonly #waits: Waits;
  readonly #auth: ChannelAuth;
  readonly #driverOf: (verb: PusherVerb) => JobDriver;
  readonly #clients = new Map<string, Client>();
  readonly #held = new Set<string>();

  /** `driverOf` gives the driver of a verb that one of them performs. */
  constructor(
    target: PusherTarget,
    waits: Waits,
    auth: ChannelAuth,
    driverOf: (verb: PusherVerb) => JobDriver,
  ) {
    this.#target = target;
    this.#waits = waits;
    this.#auth = auth;
    this.#driverOf = driverOf;
  }

  /** Submits a job under a name. False, and a missed step, where the target takes no such job. */
  async submit(name: string, options: SubmitOptions = {}): Promise<boolean> {
    const { recorder } = this.#waits.stage;
    const kind = options.as ?? 'submit';
    const client = this.#auth.client(options.client);
    const wished = options.script ?? {};
    const verb = kind === 'submit' && wished.hold === true ? 'hold' : kind;
    const lack = lackOf(this.#target, verb) ?? this.#lacksToken(verb, client);
    if (lack !== undefined || !client) {
      this.#waits.skip(`submit ${name}`, kind, lack ?? 'no such client');
      return false;
    }
    const from = this.#waits.position;
    const driver = this.#driverOf(verb);
    const exchange = await driver.submit(kind, client, wished, options.webhookUrl);
    const script = verb === 'hold' || driver.honours(exchange) ? wished : {};
    const id = isTaken(exchange) ? requestIn(exchange) : undefined;
    if (id === undefined) {
      const reason = `${name} was not submitted: ${whyNot(exchange)}`;
      this.#waits.skip(`submit ${name}`, kind, reason);
      throw new SceneStopped(reason);
    }
    this.#waits.done(`submit ${name}`, kind, from, [exchange.seq]);
    recorder.job({
      name,
      id,
      where: this.#auth.channel(options.client),
      nonce: '',
      calls: [],
      from,
      about: { client: client.id, kind, script, submitted: exchange.seq },
    });
    this.#clients.set(name, client);
    this.#known().add(id);
    if (verb === 'hold') this.#held.add(name);
    return true;
  }

  /** Moves a held job one step; a step that is not taken stops the scene. */
  async step(name: string, to: JsonObject, step: string): Promise<void> {
    const from = this.#waits.position;
    const exchange = await this.#driverOf('step').step(this.#job(name).id, this.#client(name), to);
    this.#waits.stage.recorder.call(name, {
      verb: 'step',
      body: to,
      accepted: isTaken(exchange),
      seq: exchange.seq,
    });
    if (!isTaken(exchange)) {
      this.#waits.skip(step, 'step', whyNot(exchange));
      throw new SceneStopped(whyNot(exchange));
    }
    if (ends.includes(String(to.to))) this.#held.delete(name);
    this.#waits.done(step, 'step', from, [exchange.seq]);
  }

  /** Waits until each of the peers has had an event of that status about that job since `from`. */
  async await(
    step: string,
    peers: readonly string[],
    name: string,
    status: string,
    { from = 0, owns }: { readonly from?: number; readonly owns?: string | undefined } = {},
  ): Promise<boolean> {
    const { id } = this.#job(name);
    const { recorder } = this.#waits.stage;
    const is = (event: WireEvent): event is Frame =>
      event.kind === 'frame' && requestOf(event) === id && statusOf(event) === status;
    const events: number[] = [];
    let reason: string | undefined;
    for (const peer of peers) {
      const found = await this.#patiently(name, peer, is, from, `status ${status}`);
      if (found) events.push(found.seq);
      else reason ??= `no ${status} event of ${name} on ${peer}`;
    }
    if (reason !== undefined && ends.includes(status)) reason = await this.#because(name, status, reason);
    const isOwned = reason === undefined || this.#isOwed(name, peers, reason);
    recorder.step({
      name: step,
      verb: 'await',
      outcome: reason === undefined ? 'ok' : 'miss',
      from,
      events,
      ...(owns !== undefined && isOwned ? { owns } : {}),
      ...(reason === undefined ? {} : { reason }),
    });
    return reason === undefined;
  }

  /** Waits for whatever is first said of a job on a connection; no miss where nothing comes. */
  async awaitAny(peer: string, name: string, statuses: readonly string[]): Promise<WireEvent | undefined> {
    const { id } = this.#job(name);
    return this.#waits.next(
      (event) =>
        event.peer === peer &&
        (event.kind === 'closed' ||
          (event.kind === 'frame' && requestOf(event) === id && statuses.includes(statusOf(event) ?? ''))),
      0,
    );
  }

  /** Asks for the status once, as a call of the job. Undefined: there is no answer, or nobody who could ask. */
  async status(name: string): Promise<JsonObject | undefined> {
    if (this.#cannotAsk(name)) return undefined;
    const exchange = await this.#driverOf('status').status(this.#job(name).id, this.#client(name));
    const state = stateIn(exchange);
    this.#note(name, exchange, state ?? null);
    return isTaken(exchange) ? state : undefined;
  }

  /** Asks for the status over and over until the job has ended or a deadline has passed since it last changed. */
  watch(name: string, until: readonly string[] = ends): Promise<string | undefined> {
    const watching = this.#watch(name, until);
    // It is awaited only later, when what else the scene does has been seen.
    watching.catch(() => {});
    return watching;
  }

  async #watch(name: string, until: readonly string[]): Promise<string | undefined> {
    if (this.#cannotAsk(name)) return undefined;
    const { id } = this.#job(name);
    const { stage } = this.#waits;
    let last = '';
    let changed = performance.now();
    for (let patience = 10; ; patience = Math.min(250, patience * 2)) {
      const from = this.#waits.position;
      const state = await this.status(name);
      const now = JSON.stringify(state ?? null);
      if (now !== last) changed = performance.now();
      last = now;
      const status = typeof state?.status === 'string' ? state.status : undefined;
      if (status !== undefined && until.includes(status)) return status;
      if (stage.signal.aborted || performance.now() - changed > stage.answerMs) return status;
      // The next event is when it is worth asking again; where none comes, it is asked less and less often.
      await this.#waits.next((event) => event.kind === 'frame' && requestOf(event) === id, from, patience);
    }
  }

  /** Fetches something that a job came to. */
  async fetch(name: string, step: string, url: string): Promise<void> {
    const from = this.#waits.position;
    const exchange = await fetched(this.#waits.stage, { name: `fetch ${name}`, method: 'GET', url });
    this.#waits.done(step, 'fetch', from, [exchange.seq]);
  }

  id(name: string): string {
    return this.#job(name).id;
  }

  /** Ends what is still held, so that nothing of this scene is left on the target. */
  async tidy(): Promise<void> {
    for (const name of this.#held) {
      await this.#driverOf('step').step(this.#job(name).id, this.#client(name), { to: 'error' });
    }
  }

  /** True, and a missed step that says so, where no driver asks for the status. */
  #cannotAsk(name: string): boolean {
    const lack = lackOf(this.#target, 'status');
    if (lack === undefined) return false;
    const step = statusStep(name);
    const { steps } = this.#waits.stage.recorder.recording;
    if (!steps.some((one) => one.name === step)) this.#waits.skip(step, 'status', lack);
    return true;
  }

  /** A program has keys of its own; the job API wants one of the client's. */
  #lacksToken(verb: PusherVerb, client: Client | undefined): string | undefined {
    const needsToken = performerOf(this.#target, verb) !== 'command' && client?.tokens.api === undefined;
    return needsToken ? 'no such client with an api token' : undefined;
  }

  /** A job may take longer than an answer: the deadline runs from the last thing that was said of it. */
  async #patiently(
    name: string,
    peer: string,
    is: (event: WireEvent) => boolean,
    from: number,
    key: string,
  ): Promise<WireEvent | undefined> {
    const { id } = this.#job(name);
    const { misses, answerMs, recorder, signal } = this.#waits.stage;
    const isOver = recorder.peer(peer)?.isOpen !== true;
    const ms = misses.known(`pusher: ${key}`) === undefined && !isOver ? answerMs : 0;
    let position = from;
    for (;;) {
      const event = await this.#waits.next(
        (one) =>
          one.peer === peer && (one.kind === 'closed' || (one.kind === 'frame' && requestOf(one) === id)),
        position,
        ms,
      );
      if (!event || event.kind === 'closed' || signal.aborted) {
        if (!event && !isOver) misses.add(`pusher: ${key}`, 'nothing came');
        return undefined;
      }
      if (is(event)) {
        misses.clear(`pusher: ${key}`);
        return event;
      }
      position = event.seq + 1;
    }
  }

  async #because(name: string, status: string, reason: string): Promise<string> {
    if (status === 'error') return reason;
    const state = await this.status(name);
    return state?.status === 'error' ? `the job failed on its own: ${JSON.stringify(state)}` : reason;
  }

  /**
   * Whether a missing event is what its step says is broken. A job that failed of its own accord says nothing
   * about delivery, nor does a connection that was never on the channel or was cut off; and where events came
   * under an id that nobody submitted, the id is what is wrong.
   */
  #isOwed(name: string, peers: readonly string[], reason: string): boolean {
    const { recording, transcript } = this.#waits.stage.recorder;
    const { where, from } = this.#job(name);
    if (reason.startsWith('the job failed')) return false;
    if (!peers.every((peer) => isStillOn(recording, peer, where))) return false;
    const known = this.#known();
    const stray = recording.events.find(
      (event) =>
        event.kind === 'frame' &&
        event.seq >= from &&
        peers.includes(event.peer) &&
        channelOf(event) === where &&
        isChannelEvent(event) &&
        !known.has(requestOf(event) ?? ''),
    );
    if (!stray) return true;
    transcript.record({
      kind: 'fact',
      peer: stray.peer,
      name: 'stray',
      value: { job: name, frame: stray.seq },
    });
    return false;
  }

  /** Ids of every job that this run has submitted to the target. */
  #known(): Set<string> {
    const { shared } = this.#waits.stage;
    const known = shared.get('jobs');
    if (known instanceof Set) return known as Set<string>;
    const made = new Set<string>();
    shared.set('jobs', made);
    return made;
  }

  #note(name: string, exchange: Exchange, body: Json): void {
    const call = { verb: 'status', body, accepted: isTaken(exchange), seq: exchange.seq };
    this.#waits.stage.recorder.call(name, call);
  }

  #job(name: string): Job {
    const job = this.#waits.stage.recorder.recording.jobs[name];
    if (!job) throw new SceneStopped(`there is no job ${name}`);
    return job;
  }

  #client(name: string): Client {
    const client = this.#clients.get(name);
    if (!client) throw new SceneStopped(`there is no job ${name}`);
    return client;
  }
}

/** Name of the step that says why a job's status was never asked for. */
export function statusStep(job: string): string {
  return `status of ${job}`;
}

/** True where a value of a status call can be compared: an object with a status. */
export function isState(body: Json): body is JsonObject {
  return isObject(body) && typeof body.status === 'string';
}
