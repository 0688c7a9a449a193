import { randomBytes } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../contract/json.ts';
import type { EmitRules } from '../../contract/rules.ts';
import type { Job } from '../../suite/recording.ts';
import { SceneStopped, type Stage } from '../../suite/scene.ts';
import type { EmitTarget, Space, SpaceToken } from '../../target/target.ts';
import type { Exchange, Frame, WireEvent } from '../../wire/event.ts';
import type { Peer } from '../../wire/peer.ts';
import { jobOf, typeOf } from './message.ts';
import { isAsPromised, tokenOf } from './offers.ts';
import { isAccepted, RestDriver, whyNot } from './rest-driver.ts';

/** How a job is made. */
export interface JobOptions {
  /** Which leased space: `own`, `own:1`, `foreign`. @default own */
  readonly space?: string;
  readonly maxRetries?: number;
  readonly timeoutSeconds?: number;
  readonly payload?: Json;
}

/** How a stream is watched. */
export interface WatchOptions {
  /** Row of `credentials` in the rules. @default read */
  readonly credential?: string;
  readonly origin?: string;
  readonly compress?: boolean;
  /** Whether to wait for init; a job stream only. @default true */
  readonly init?: boolean;
}

/**
 * What a scene on an emit target can do. Every verb writes its step, job or peer into the recording;
 * none judges. A verb that brings nothing the rest could go on with stops the scene.
 */
export class EmitVerbs {
  readonly rules: EmitRules;
  readonly #stage: Stage;
  readonly #target: EmitTarget;
  readonly #rest: RestDriver;
  readonly #spaces = new Map<string, Space>();
  readonly #handed = new Map<string, number>();
  readonly #over = new Set<string>();
  #retire: (space: string, reason: string) => void = () => {};

  constructor(stage: Stage, rules: EmitRules) {
    if (stage.target.surface !== 'emit') throw new Error('not an emit target');
    this.#stage = stage;
    this.#target = stage.target;
    this.rules = rules;
    this.#rest = new RestDriver(rules, stage.target, stage);
  }

  get nonce(): string {
    return this.#stage.recorder.nonce;
  }

  get random(): () => number {
    return this.#stage.random;
  }

  get hasControl(): boolean {
    return this.#target.control !== undefined;
  }

  /** Whether the scene can let time pass: by `control`, or for so many seconds of real time. */
  canWait(seconds: number): boolean {
    return this.hasControl || this.#stage.slow || seconds <= 5;
  }

  /** A planted text by name. */
  canary(name: string): string {
    return this.#stage.recorder.canary(name);
  }

  /** Takes exclusive use of spaces, before the first job: `own`, `own:1` …, `foreign`. */
  async lease(wanted: { readonly own?: number; readonly foreign?: number }): Promise<void> {
    const pick = (tenant: Space['tenant'], count: number, free: (name: string) => boolean): Space[] =>
      this.#target.spaces
        .filter((space) => space.tenant === tenant && free(space.id) && usable(space))
        .slice(0, count);
    const usable = (space: Space): boolean =>
      tokenOf(space, 'producer') !== undefined && tokenOf(space, 'worker') !== undefined;
    const lease = await this.#stage.lease((free) => {
      const own = pick('own', wanted.own ?? 0, free);
      const foreign = pick('foreign', wanted.foreign ?? 0, free);
      if (own.length < (wanted.own ?? 0) || foreign.length < (wanted.foreign ?? 0)) return undefined;
      return [...own, ...foreign].map((space) => space.id).sort();
    });
    this.#retire = lease.retire;
    const leased = this.#target.spaces.filter((space) => lease.names.includes(space.id));
    for (const tenant of ['own', 'foreign'] as const) {
      leased
        .filter((space) => space.tenant === tenant)
        .forEach((space, at) => {
          this.#spaces.set(at === 0 ? tenant : `${tenant}:${at}`, space);
        });
    }
  }

  space(name = 'own'): Space {
    const space = this.#spaces.get(name);
    if (!space) throw new Error(`the scene leased no space ${name}`);
    return space;
  }

  /** Creates a job whose name holds the scene's nonce. Stops the scene where it is refused. */
  async job(name: string, options: JobOptions = {}): Promise<void> {
    const space = this.space(options.space);
    const nonce = `${this.nonce}-${name}-${randomBytes(3).toString('hex')}`;
    const from = this.#stage.recorder.position;
    const exchange = await this.#rest.request({
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
    this.#stage.recorder.step({
      name: `job ${name}`,
      verb: 'create',
      owns: 'E20',
      outcome: made ? 'ok' : 'miss',
      from,
      ...(made ? {} : { reason: `the job was not made: ${whyNot(exchange)}` }),
    });
    if (!made) throw new SceneStopped(`the job ${name} was not made: ${whyNot(exchange)}`);
    this.#stage.recorder.job({
      name,
      id,
      where: space.id,
      nonce,
      calls: [],
      from,
      about: { jobName: nonce, maxRetries: options.maxRetries ?? 3, created: exchange.seq },
    });
    this.#own().add(id);
  }

  /** Opens the stream of a job under a name, with a credential, and waits for its init. */
  async watch(peer: string, job: string, options: WatchOptions = {}): Promise<void> {
    const { id, where } = this.#job(job);
    const credential = options.credential ?? 'read';
    await this.#open(peer, 'job', credential, { job: id, space: where }, options);
    if (this.#peer(peer)?.answer?.kind === 'opened' && options.init !== false) {
      await this.await(`init ${peer}`, [peer], job, 'init', { owns: 'E21' });
    }
  }

  /** Opens the stream of a space under a name. */
  async watchSpace(peer: string, space = 'own', options: WatchOptions = {}): Promise<void> {
    await this.#open(peer, 'space', options.credential ?? 'read', { space: this.space(space).id }, options);
  }

  /** Tries to open a stream with a credential of the rules, whatever may come of it. */
  async attempt(
    peer: string,
    stream: 'job' | 'space',
    credential: string,
    at: { job?: string; space?: string },
  ): Promise<void> {
    const job =
      at.job === undefined ? undefined : (this.#stage.recorder.recording.jobs[at.job]?.id ?? at.job);
    const space = this.space(at.space).id;
    for (let retry = 0; ; retry++) {
      await this.#open(peer, stream, credential, { space, ...(job === undefined ? {} : { job }) }, {});
      const answer = this.#peer(peer)?.answer;
      const busy = answer?.kind === 'refused' && (answer.status === 429 || answer.status >= 500);
      if (!busy || retry >= 2) return;
      // Not a wait for the target to change its mind, but for it to have time for us.
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** retry));
    }
  }

  /** The worker takes the job; a poll that hands out another of ours keeps that for its own step. */
  async poll(job: string): Promise<Exchange | undefined> {
    const { id, where } = this.#job(job);
    const known = this.#handed.get(id);
    if (known !== undefined) {
      this.#handed.delete(id);
      return this.#stage.recorder.recording.events[known] as Exchange;
    }
    const space = this.#spaceOf(where);
    for (let tries = 0; tries < 12; tries++) {
      const exchange = await this.#rest.request({
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
          this.#call(job, 'poll', {}, exchange);
          return exchange;
        }
        const name = this.#nameOf(other);
        if (name !== undefined) {
          this.#call(name, 'poll', {}, exchange);
          this.#handed.set(other, exchange.seq);
        } else if (!this.#own().has(other)) {
          this.#retire(where, `a poll handed out ${other}, which this run did not make`);
          throw new Error(
            `space ${where}: a poll handed out the job ${other}, which this run did not make: is the space dedicated?`,
          );
        }
      }
      if (!isAccepted(exchange) || jobs.length === 0) {
        this.#call(job, 'poll', {}, exchange, false);
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
    const { id, where } = this.#job(job);
    const exchange = await this.#rest.request({
      call: verb,
      token: this.#tokenFor(verb, where),
      space: where,
      job: id,
      body: this.#wrapped(verb, body),
    });
    this.#call(job, verb, body, exchange);
    if (isAccepted(exchange) && (verb === 'complete' || verb === 'fail')) this.#over.add(job);
    if (isAccepted(exchange) && verb === 'fail') this.#over.delete(job);
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
    const from = this.#stage.recorder.position;
    const taken = await this.call(job, verb, body);
    const exchange = this.#lastExchange(from);
    const reason = taken
      ? undefined
      : verb === 'poll' && exchange && isAccepted(exchange)
        ? 'the poll did not hand out the job'
        : exchange
          ? whyNot(exchange)
          : 'not taken';
    this.#stage.recorder.step({
      name,
      verb,
      outcome: taken ? 'ok' : 'miss',
      from,
      ...(reason === undefined ? {} : { reason }),
      ...(owns === undefined ? {} : { owns }),
    });
    if (!taken) throw new SceneStopped(`${name}: ${reason}`);
  }

  /**
   * Waits until each of the peers has had an event of that type about that job since `from`. It matches
   * job and type and nothing else, so that a wrong value is seen and not waited for.
   */
  async await(
    step: string,
    peers: readonly string[],
    job: string,
    type: string,
    options: { readonly owns?: string; readonly from?: number; readonly count?: number } = {},
  ): Promise<boolean> {
    const { id } = this.#job(job);
    const { recorder } = this.#stage;
    const from = options.from ?? 0;
    const began = recorder.position;
    const key = `emit: ${type}`;
    const known = this.#stage.misses.known(key);
    const events: number[] = [];
    const missed: string[] = [];
    const shut = peers.filter((peer) => this.#peer(peer)?.answer?.kind !== 'opened');
    for (const peer of peers) {
      if (shut.includes(peer)) {
        missed.push(`${peer} (never admitted)`);
        continue;
      }
      let position = from;
      for (let n = 0; n < (options.count ?? 1); n++) {
        const is = (event: WireEvent): event is Frame =>
          event.kind === 'frame' &&
          event.peer === peer &&
          typeOf(event) === type &&
          jobOf(recorder.recording, event) === id;
        const ends = (event: WireEvent): boolean =>
          is(event) || (event.kind === 'closed' && event.peer === peer);
        const frame = await recorder.next(ends, {
          from: position,
          ms: known === undefined ? this.#stage.answerMs : 0,
          signal: this.#stage.signal,
        });
        if (frame?.kind !== 'frame') {
          missed.push(frame?.kind === 'closed' ? `${peer} (closed with ${frame.code})` : peer);
          break;
        }
        events.push(frame.seq);
        position = frame.seq + 1;
      }
    }
    const reason =
      missed.length === 0
        ? undefined
        : `no ${type} event on ${missed.join(', ')}${known === undefined ? ` within ${this.#stage.answerMs} ms` : ', as before'}`;
    if (reason === undefined) this.#stage.misses.clear(key);
    else if (shut.length < missed.length) {
      this.#stage.misses.add(key, reason);
      recorder.transcript.record({
        kind: 'timer',
        peer: 'harness',
        what: `deadline: ${reason}`,
        ms: this.#stage.answerMs,
      });
    }
    recorder.step({
      name: step,
      verb: 'await',
      outcome: reason === undefined ? 'ok' : 'miss',
      from: options.from ?? began,
      events,
      // An event cannot be missed where nobody was let in: that is another requirement's failure.
      ...(options.owns === undefined || (missed.length > 0 && shut.length === missed.length)
        ? {}
        : { owns: options.owns }),
      ...(reason === undefined ? {} : { reason }),
    });
    return reason === undefined;
  }

  /** Any REST call with any token of a leased space, under a name of its own: for refusals and their twins. */
  async rest(
    name: string,
    call: string,
    token: SpaceToken,
    at: { readonly space?: string; readonly job?: string; readonly body?: Json } = {},
  ): Promise<void> {
    const space = this.space(at.space);
    const value = tokenOf(space, token);
    const from = this.#stage.recorder.position;
    if (value === undefined || !isAsPromised(space, token)) {
      this.#stage.recorder.step({
        name,
        verb: call,
        outcome: 'miss',
        from,
        reason: `no ${token} token with just its scopes`,
      });
      return;
    }
    const job = at.job === undefined ? undefined : this.#job(at.job).id;
    const exchange = await this.#rest.request({
      name,
      call,
      token: value,
      space: space.id,
      ...(job === undefined ? {} : { job }),
      body: this.#wrapped(call, at.body ?? {}),
    });
    if (at.job !== undefined && isAccepted(exchange))
      this.#stage.recorder.call(at.job, {
        verb: call,
        body: at.body ?? {},
        accepted: true,
        seq: exchange.seq,
      });
    this.#stage.recorder.step({ name, verb: call, outcome: 'ok', from, events: [exchange.seq] });
  }

  /** Moves a job's timers on by just so many seconds; only where the target has `control`. */
  async advance(job: string, seconds: number, name = `advance ${job}`): Promise<void> {
    const from = this.#stage.recorder.position;
    const taken = await this.#rest.control({ op: 'advance', job: this.#job(job).id, seconds });
    this.#stage.recorder.step({
      name,
      verb: 'advance',
      outcome: taken ? 'ok' : 'miss',
      from,
      ...(taken ? {} : { reason: 'control did not take it' }),
    });
    if (!taken) throw new SceneStopped('control did not take it');
  }

  /** Lets a job's timer run out: by `control`, else by waiting in real time for the event that tells. */
  async clock(job: string, seconds: number): Promise<void> {
    if (this.hasControl) return this.advance(job, seconds + 1, `clock ${job}`);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }

  /** Revokes a token of a leased space; stops the scene where that is not taken. */
  async revoke(space: string, token: SpaceToken): Promise<void> {
    const from = this.#stage.recorder.position;
    const taken = await this.#rest.control({ op: 'revoke', token: tokenOf(this.space(space), token) ?? '' });
    this.#stage.recorder.step({
      name: `revoke ${token}`,
      verb: 'revoke',
      outcome: taken ? 'ok' : 'miss',
      from,
    });
    if (!taken) throw new SceneStopped('control did not revoke the token');
  }

  /** Makes a revoked token good again. */
  async restore(space: string, token: SpaceToken): Promise<void> {
    await this.#rest.control({ op: 'restore', token: tokenOf(this.space(space), token) ?? '' });
  }

  /** Sends something on a stream, which nobody there expects. */
  send(peer: string, message: string | Uint8Array): boolean {
    return this.#peer(peer)?.send(message) ?? false;
  }

  /** Pings a connection and waits for the pong, or for its end. */
  async ping(peer: string, name = `pong ${peer}`, owns?: string): Promise<boolean> {
    const { recorder } = this.#stage;
    const from = recorder.position;
    const sent = this.#peer(peer)?.ping() ?? false;
    const event = !sent
      ? undefined
      : await recorder.next(
          (one) => one.peer === peer && ((one.kind === 'pong' && one.by === 'them') || one.kind === 'closed'),
          { from, ms: this.#stage.answerMs, signal: this.#stage.signal },
        );
    const alive = event?.kind === 'pong';
    recorder.step({
      name,
      verb: 'ping',
      outcome: alive ? 'ok' : 'miss',
      from,
      events: event ? [event.seq] : [],
      ...(owns === undefined ? {} : { owns }),
      ...(alive ? {} : { reason: event || !sent ? 'the connection was closed' : 'no pong' }),
    });
    return alive;
  }

  /** Waits until a connection is closed, at most so long. It is no miss if it is not. */
  async settle(peer: string, ms: number): Promise<boolean> {
    const event = await this.#stage.recorder.next((one) => one.kind === 'closed' && one.peer === peer, {
      ms,
      signal: this.#stage.signal,
    });
    return event !== undefined;
  }

  /** Drops one of our connections without a word. */
  async cut(peer: string): Promise<void> {
    const live = this.#peer(peer);
    live?.cut();
    if (live) await this.settle(peer, 1000);
  }

  /** Takes a job that a `rest` call made into the recording, so that it is ended with the others. */
  adopt(name: string, step: string): void {
    const { recorder } = this.#stage;
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
    this.#own().add(json.id);
  }

  /** Ids of the scene's jobs by name. */
  get jobIds(): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.#stage.recorder.recording.jobs).map(([name, job]) => [name, job.id]),
    );
  }

  isOpen(peer: string): boolean {
    return this.#peer(peer)?.isOpen ?? false;
  }

  get position(): number {
    return this.#stage.recorder.position;
  }

  /** Ends what is left pending, so that the space can be leased again. */
  async tidy(): Promise<void> {
    for (const [name, job] of Object.entries(this.#stage.recorder.recording.jobs)) {
      if (this.#over.has(name)) continue;
      const state = await this.#statusOf(job);
      if (state === undefined || this.rules.automaton.terminal.includes(state)) continue;
      const ended = await this.#end(name, state);
      if (!ended) this.#retire(job.where, `the job ${job.id} could not be ended`);
    }
  }

  async #end(name: string, state: string): Promise<boolean> {
    if (state === 'pending' && !this.#handed.has(this.#job(name).id)) {
      if ((await this.poll(name)) === undefined) return false;
    }
    if (state !== 'running' && !(await this.call(name, 'ack'))) return false;
    return this.call(name, 'complete', null);
  }

  async #statusOf(job: Job): Promise<string | undefined> {
    const exchange = await this.#rest.request({
      call: 'get',
      token: tokenOf(this.#spaceOf(job.where), 'read') ?? tokenOf(this.#spaceOf(job.where), 'worker'),
      job: job.id,
    });
    const status = isObject(exchange.json) ? exchange.json.status : undefined;
    return typeof status === 'string' ? status : undefined;
  }

  async #open(
    peer: string,
    stream: 'job' | 'space',
    credential: string,
    at: { readonly job?: string; readonly space: string },
    options: WatchOptions,
  ): Promise<void> {
    const rule = this.rules.credentials[credential];
    if (!rule) throw new Error(`no credential ${credential} in the rules`);
    const { recorder } = this.#stage;
    const from = recorder.position;
    const token = this.#tokenOf(credential, at.space);
    if (token === undefined) {
      const reason = `the target file gives no ${rule.token} token${rule.tenant === 'foreign' ? ' of a foreign space' : ''} for it`;
      recorder.step({ name: `peer ${peer}`, verb: 'watch', outcome: 'miss', from, reason });
      return;
    }
    const path = (stream === 'job' ? this.rules.api.jobStream : this.rules.api.spaceStream)
      .replace('{job}', encodeURIComponent(at.job ?? ''))
      .replace('{space}', encodeURIComponent(at.space));
    const query = rule.place === 'query' ? `?token=${encodeURIComponent(token)}` : '';
    const door = this.rules.streams[stream];
    const scope = (door.admits[credential] ?? door.undecided[credential])?.scope;
    await this.#stage.turn();
    const opened = await recorder.dial(
      {
        name: peer,
        url: `${this.#target.urls.ws.replace(/\/$/, '')}${this.rules.api.root}${path}${query}`,
        headers: {
          ...this.#target.headers,
          ...(rule.place === 'header' ? { 'x-api-key': token, authorization: `Bearer ${token}` } : {}),
          'x-plumbline-connection': `${this.nonce}-${peer}`,
        },
        connectMs: this.#stage.connectMs,
        answerMs: this.#stage.answerMs,
        tls: this.#target.tls,
        ...(options.origin === undefined ? {} : { origin: options.origin }),
        ...(options.compress === undefined ? {} : { compress: options.compress }),
      },
      {
        stream,
        credential,
        space: at.space,
        ...(scope === undefined ? {} : { scope }),
        ...(at.job === undefined ? {} : { job: at.job }),
      },
    );
    if (opened.answer?.kind === 'unreachable' && opened.answer.why === 'network') {
      throw new Error(`the target could not be reached: ${opened.answer.error}`);
    }
  }

  #tokenOf(credential: string, spaceId: string): string | undefined {
    const rule = this.rules.credentials[credential];
    if (!rule) return undefined;
    const own = this.#spaceOf(spaceId);
    switch (rule.token) {
      case 'empty':
        return '';
      case 'made-up':
        return `nobody-issued-${randomBytes(12).toString('hex')}`;
      case 'truncated':
        return tokenOf(own, 'read')?.slice(0, -1);
      case 'unscoped':
        return this.#target.unscopedToken;
      default: {
        const name = rule.token as SpaceToken;
        const space =
          rule.tenant === 'foreign'
            ? this.#target.spaces.find((one) => one.tenant !== own.tenant && isAsPromised(one, name))
            : own;
        return space && isAsPromised(space, name) ? tokenOf(space, name) : undefined;
      }
    }
  }

  /** The payload of a call in the body that the call has for it. */
  #wrapped(verb: string, payload: Json): Json {
    const key = this.rules.rest[verb]?.wraps;
    return key === undefined ? payload : { [key]: payload };
  }

  #tokenFor(verb: string, spaceId: string): string | undefined {
    const space = this.#spaceOf(spaceId);
    const scope = this.rules.rest[verb]?.scope ?? '';
    if (scope === 'jobs:create') return tokenOf(space, 'producer');
    return scope === 'jobs:read'
      ? (tokenOf(space, 'read') ?? tokenOf(space, 'worker'))
      : tokenOf(space, 'worker');
  }

  #spaceOf(id: string): Space {
    const space = this.#target.spaces.find((one) => one.id === id);
    if (!space) throw new Error(`no space ${id} in the target file`);
    return space;
  }

  #job(name: string): Job {
    const job = this.#stage.recorder.recording.jobs[name];
    if (!job) throw new Error(`the scene made no job ${name}`);
    return job;
  }

  #nameOf(id: string): string | undefined {
    return Object.values(this.#stage.recorder.recording.jobs).find((job) => job.id === id)?.name;
  }

  #call(job: string, verb: string, body: Json, exchange: Exchange, accepted = isAccepted(exchange)): void {
    this.#stage.recorder.call(job, { verb, body, accepted, seq: exchange.seq });
  }

  #peer(name: string): Peer | undefined {
    return this.#stage.recorder.peer(name);
  }

  #lastExchange(from: number): Exchange | undefined {
    return this.#stage.recorder.recording.events
      .slice(from)
      .findLast((event): event is Exchange => event.kind === 'exchange');
  }

  /** Ids of every job that this run made on the target. */
  #own(): Set<string> {
    const known = this.#stage.shared.get('own-jobs');
    if (known instanceof Set) return known as Set<string>;
    const made = new Set<string>();
    this.#stage.shared.set('own-jobs', made);
    return made;
  }
}

/** What a verb carries when nobody says otherwise: fields that both readings of A35 accept, and the nonce. */
export function defaultBody(verb: string, nonce: string, n: number): JsonObject {
  switch (verb) {
    case 'progress':
      return { percent: Math.min(100, n * 5), message: `step ${n}`, nonce, n };
    case 'checkpoint':
      return { at: n, nonce };
    default:
      return {};
  }
}
