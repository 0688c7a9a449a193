import { randomBytes } from 'node:crypto';
import type { BeamDialect, BeamOperationName, BeamRules } from '../../contract/beam-rules.ts';
import type { Json } from '../../contract/json.ts';
import type { Job } from '../../suite/recording.ts';
import { SceneStopped, type Stage } from '../../suite/scene.ts';
import type { BeamTarget } from '../../target/target.ts';
import type { Frame, WireEvent } from '../../wire/event.ts';
import type { Peer } from '../../wire/peer.ts';
import { isLoopback, type Knock, knockWith, urlOf } from './door.ts';
import { HandlerDriver, hostileMessage, inputText } from './handler-driver.ts';
import { advance, plainGet } from './http-calls.ts';
import { markFor, markIn, textOf } from './message.ts';

/** How a connection is opened. */
export interface OpenOptions {
  /** Row of `credentials` in the rules. @default valid */
  readonly credential?: string;
  /** Row of `paths` in the rules. @default root */
  readonly path?: string;
  /** A target that cannot be reached any more is what is judged, and no accident. @default false */
  readonly mayBeDead?: boolean;
}

/** What the handler is asked. */
export interface InputOptions {
  readonly op: BeamOperationName;
  /** Payloads of a stream. */
  readonly n?: number;
  /** Stands in the nonce after its mark: text that is easily harmed. */
  readonly text?: string;
  readonly owns?: string;
}

/** How an output is waited for. */
export interface OutputOptions {
  /** The requirement that a missing output breaks. */
  readonly owns?: string;
  /** Where the server closed the connection in between: asks again elsewhere, and says under which name. */
  readonly again?: () => Promise<string>;
  /** How many of them. @default 1 */
  readonly count?: number;
  /** Waits in full, however many outputs have been missed before. @default false */
  readonly patient?: boolean;
}

type Came =
  | { readonly kind: 'output'; readonly frame: Frame }
  | { readonly kind: 'none'; readonly reason: string };

/**
 * What a scene on a beam target can do. Inputs are the jobs of the recording. Every verb writes its step,
 * input or peer into the recording; none judges. A connection that does not open stops the scene.
 */
export class BeamVerbs {
  readonly rules: BeamRules;
  readonly #dialect: BeamDialect;
  readonly #stage: Stage;
  readonly #target: BeamTarget;
  /** Input → position after the last of its outputs that a step has taken. */
  readonly #taken = new Map<string, number>();

  constructor(stage: Stage, rules: BeamRules, dialect: BeamDialect) {
    const { target, recorder } = stage;
    if (target.surface !== 'beam') throw new Error('not a beam target');
    this.rules = rules;
    this.#dialect = dialect;
    this.#stage = stage;
    this.#target = target;
    const driver = new HandlerDriver(target.handler?.key ?? '');
    recorder.transcript.onEvent((event) => {
      if (event.kind !== 'frame') return;
      const value = driver.proofIn(recorder.recording, event);
      if (value === undefined) return;
      recorder.transcript.record({ kind: 'fact', peer: event.peer, name: 'proof', value });
    });
  }

  get hasControl(): boolean {
    return this.#target.control !== undefined;
  }

  isOpen(peer: string): boolean {
    return this.#peer(peer)?.isOpen ?? false;
  }

  /** Whether an input of that name has been sent. */
  hasInput(name: string): boolean {
    return this.#stage.recorder.recording.jobs[name] !== undefined;
  }

  /** Opens a connection under a name. Stops the scene where that is not granted. */
  async open(peer: string, options: OpenOptions = {}): Promise<void> {
    const known = this.#stage.misses.known('beam: open');
    const from = this.#stage.recorder.position;
    const reason = known ?? (await this.attempt(peer, options));
    if (known !== undefined) this.#step(`open ${peer}`, 'open', { from, reason: known });
    if (reason === undefined) return this.#stage.misses.clear('beam: open');
    this.#stage.misses.add('beam: open', reason);
    throw new SceneStopped(`${peer} was not opened: ${reason}`);
  }

  /** Tries to open a connection, whatever may come of it; gives back why it is not open. */
  async attempt(peer: string, options: OpenOptions = {}): Promise<string | undefined> {
    const { credential = 'valid', path = 'root', mayBeDead = false } = options;
    const { recorder } = this.#stage;
    const from = recorder.position;
    const knock = this.#knock(credential, path);
    let reason = knock ? undefined : `the target file gives no token for ${credential}`;
    for (let retry = 0; knock; retry++) {
      reason = await this.#dial(peer, knock, { credential, path }, mayBeDead);
      const answer = this.#peer(peer)?.answer;
      const busy = answer?.kind === 'refused' && (answer.status === 429 || answer.status >= 500);
      if (!busy || retry >= 2) break;
      // Not a wait for the target to change its mind, but for it to have time for us.
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** retry));
    }
    this.#step(`open ${peer}`, 'open', { from, ...(reason === undefined ? {} : { reason }) });
    return reason;
  }

  /** Tries an upgrade without TLS, at the same host and port. A good token does not leave this machine so. */
  async attemptInTheClear(peer: string): Promise<void> {
    const host = urlOf(this.#target, '');
    const credential = isLoopback(host) ? 'valid' : 'garbage';
    const knock = this.#knock(credential, 'root');
    if (!knock) return;
    const about = { credential, path: 'root', scheme: 'clear' };
    await this.#dial(peer, { ...knock, url: knock.url.replace(/^wss:/i, 'ws:') }, about, true);
  }

  /** Hands the handler an input under a name, with a nonce that nobody has seen before. */
  input(peer: string, name: string, { op, n, text = '', owns }: InputOptions): void {
    const about = { op, ...(n === undefined ? {} : { n }) };
    const { nonce } = this.#announce(peer, name, about, text);
    this.#send(peer, name, inputText(nonce, op, n), owns);
  }

  /** Sends a row of the rules' `inputs`, which nobody should. */
  disturb(peer: string, name: string, row: string): void {
    const input = this.rules.inputs[row];
    if (!input) throw new Error(`no input ${row} in the rules`);
    const { nonce } = this.#announce(peer, name, { op: 'raw', row }, '');
    this.#send(peer, name, hostileMessage(input, nonce), undefined);
  }

  /**
   * Waits for the next outputs that bear the nonce of an input, on the connection that sent it. It matches
   * the nonce and nothing else, so that a wrong output is seen and not waited for.
   */
  async output(step: string, name: string, options: OutputOptions = {}): Promise<boolean> {
    const { recorder } = this.#stage;
    const { count = 1, again, owns, patient = false } = options;
    let input = name;
    const closed = (): boolean => this.#peer(this.#job(input).where)?.closed?.by === 'them';
    const events: number[] = [];
    let missed: string | undefined;
    while (events.length < count && missed === undefined) {
      let came = await this.#next(input, patient);
      if (came.kind === 'none' && again && closed()) {
        input = await again();
        came = await this.#next(input, patient);
      }
      if (came.kind === 'output') events.push(came.frame.seq);
      else missed = came.reason;
    }
    const { from } = this.#job(input);
    if (missed === undefined) this.#step(step, 'await', { from, events });
    else {
      recorder.transcript.record({ kind: 'timer', peer: 'harness', what: `missed: ${missed}`, ms: 0 });
      this.#step(step, 'await', { from, events, reason: missed, ...(owns === undefined ? {} : { owns }) });
    }
    return missed === undefined;
  }

  /** A transform that must be answered before the scene can go on; it proves the connection. */
  async prove(peer: string, name = `proof ${peer}`): Promise<void> {
    this.input(peer, name, { op: 'transform' });
    if (!(await this.output(name, name))) throw new SceneStopped(`${peer} did not answer a transform`);
  }

  /** Asks for the channel without an upgrade. */
  async get(name: string, credential: string): Promise<void> {
    const knock = this.#knock(credential, 'root');
    const from = this.#stage.recorder.position;
    if (!knock) return this.#step(name, 'get', { from, reason: `no token for ${credential}` });
    const exchange = await plainGet(this.#stage, name, knock);
    this.#step(name, 'get', { from, events: [exchange.seq] });
  }

  /** Pings a connection and waits for the pong, or for its end. */
  async ping(peer: string): Promise<void> {
    const { recorder } = this.#stage;
    const from = recorder.position;
    const sent = this.#peer(peer)?.ping() ?? false;
    const event = sent
      ? await this.#wait(
          (one) => one.peer === peer && ((one.kind === 'pong' && one.by === 'them') || one.kind === 'closed'),
          from,
        )
      : undefined;
    const reason =
      event?.kind === 'pong' ? undefined : event || !sent ? 'the connection was closed' : 'no pong';
    const events = event ? [event.seq] : [];
    this.#step(`pong ${peer}`, 'ping', { from, events, ...(reason === undefined ? {} : { reason }) });
  }

  /** Lets so many milliseconds pass on one connection: by `control`, else in real time, unless it closes. */
  async pass(peer: string, ms: number): Promise<void> {
    const { recorder } = this.#stage;
    const from = recorder.position;
    if (this.hasControl) {
      const taken = await advance(this.#stage, this.#connection(peer), ms);
      this.#step(`time ${peer}`, 'clock', { from, ...(taken ? {} : { reason: 'control did not take it' }) });
      if (!taken) throw new SceneStopped('control did not take it');
      return;
    }
    await this.#wait((one) => one.kind === 'closed' && one.peer === peer, from, ms);
    this.#step(`time ${peer}`, 'clock', { from });
  }

  /** Drops one of our connections without a word. */
  async cut(peer: string): Promise<void> {
    const from = this.#stage.recorder.position;
    this.#peer(peer)?.cut();
    if (this.#peer(peer)) await this.#wait((one) => one.kind === 'closed' && one.peer === peer, 0, 1000);
    this.#step(`cut ${peer}`, 'cut', { from });
  }

  /** Dials, and gives back why the connection is not open. */
  async #dial(
    peer: string,
    { url, headers }: Knock,
    about: Readonly<Record<string, string>>,
    mayBeDead: boolean,
  ): Promise<string | undefined> {
    await this.#stage.turn();
    const dialled = await this.#stage.recorder.dial(
      {
        name: peer,
        url,
        headers: { ...headers, 'x-plumbline-connection': this.#connection(peer) },
        connectMs: this.#stage.connectMs,
        answerMs: this.#stage.answerMs,
        tls: this.#target.tls,
      },
      about,
    );
    const { answer } = dialled;
    if (answer?.kind === 'unreachable') {
      if (answer.why === 'network' && !mayBeDead)
        throw new Error(`the target is not reached: ${answer.error}`);
      return answer.error;
    }
    if (answer?.kind === 'refused') return `status ${answer.status}`;
    if (dialled.isOpen) return undefined;
    // A 101 that the client cannot take, as with a wrong accept key, ends in a close at once.
    const end = await this.#wait((one) => one.kind === 'closed' && one.peer === peer, 0);
    return end?.kind === 'closed'
      ? `101, then closed with ${end.code} ${end.error ?? end.reason}`
      : 'no answer';
  }

  async #next(name: string, patient: boolean): Promise<Came> {
    const { recorder, misses, answerMs } = this.#stage;
    const job = this.#job(name);
    const inputs = Object.values(recorder.recording.jobs).filter(({ where }) => where === job.where);
    const precondition = `beam: output of the ${inputs[0] === job ? 'first' : 'next'} ${String(job.about.op)}`;
    const known = patient ? undefined : misses.known(precondition);
    const ends = (event: WireEvent): boolean =>
      event.peer === job.where &&
      (event.kind === 'closed' || (event.kind === 'frame' && markIn(textOf(event)) === job.id));
    const event = await this.#wait(
      ends,
      this.#taken.get(name) ?? job.from,
      known === undefined ? answerMs : 0,
    );
    if (event?.kind === 'frame') {
      this.#taken.set(name, event.seq + 1);
      misses.clear(precondition);
      return { kind: 'output', frame: event };
    }
    const why =
      event?.kind === 'closed'
        ? `${job.where} was closed with ${event.code}`
        : known === undefined
          ? `within ${answerMs} ms`
          : 'as before';
    const reason = `no output for ${name} on ${job.where}, ${why}`;
    misses.add(precondition, reason);
    return { kind: 'none', reason };
  }

  #announce(peer: string, name: string, about: Readonly<Record<string, Json>>, text: string): Job {
    const { recorder } = this.#stage;
    const { jobs, nonce } = recorder.recording;
    if (jobs[name]) throw new Error(`the scene sends two inputs of the name ${name}`);
    const id = markFor(nonce, Object.keys(jobs).length + 1, randomBytes(4).toString('hex'));
    const from = recorder.position;
    recorder.job({ name, id, where: peer, nonce: `${id}${text}`, calls: [], from, about });
    return this.#job(name);
  }

  #send(peer: string, name: string, message: string | Uint8Array, owns: string | undefined): void {
    const from = this.#stage.recorder.position;
    const sent = this.#peer(peer)?.send(message) ?? false;
    this.#step(`input ${name}`, 'input', {
      from,
      ...(sent ? { events: [from] } : { reason: `${peer} is not open` }),
      ...(owns === undefined ? {} : { owns }),
    });
  }

  /** A step; one with a reason was missed. */
  #step(
    name: string,
    verb: string,
    rest: {
      readonly from: number;
      readonly events?: readonly number[];
      readonly reason?: string;
      readonly owns?: string;
    },
  ): void {
    this.#stage.recorder.step({ name, verb, outcome: rest.reason === undefined ? 'ok' : 'miss', ...rest });
  }

  async #wait(
    matches: (event: WireEvent) => boolean,
    from: number,
    ms = this.#stage.answerMs,
  ): Promise<WireEvent | undefined> {
    return this.#stage.recorder.next(matches, { from, ms, signal: this.#stage.signal });
  }

  #knock(credential: string, path: string): Knock | undefined {
    const rule = this.rules.credentials[credential];
    const at = this.rules.paths[path];
    if (!rule || !at) throw new Error(`no credential ${credential} or no path ${path} in the rules`);
    return knockWith(this.#target, rule, at.path, this.#dialect.queryToken);
  }

  /** How the connection calls itself at the upgrade, for `control`. */
  #connection(peer: string): string {
    return `${this.#stage.recorder.nonce}-${peer}`;
  }

  #job(name: string): Job {
    const job = this.#stage.recorder.recording.jobs[name];
    if (!job) throw new Error(`the scene sent no input ${name}`);
    return job;
  }

  #peer(name: string): Peer | undefined {
    return this.#stage.recorder.peer(name);
  }
}
