import type { BeamDialect, BeamRules } from '../../contract/beam-rules.ts';
import { SceneStopped, type Stage } from '../../suite/scene.ts';
import type { BeamTarget } from '../../target/target.ts';
import type { WireEvent } from '../../wire/event.ts';
import type { Peer } from '../../wire/peer.ts';
import { isLoopback, type Knock, knockWith, urlOf } from './door.ts';
import { advance, plainGet } from './http-calls.ts';

/** How a connection is opened. */
export interface OpenOptions {
  /** Row of `credentials` in the rules. @default valid */
  readonly credential?: string;
  /** Row of `paths` in the rules. @default root */
  readonly path?: string;
  /** A target that cannot be reached any more is what is judged, and no accident. @default false */
  readonly mayBeDead?: boolean;
}

/** Connections of a scene: how they are opened, kept and ended. A part of `BeamVerbs`. */
export class BeamConnections {
  readonly rules: BeamRules;
  protected readonly stage: Stage;
  protected readonly target: BeamTarget;
  readonly #dialect: BeamDialect;

  constructor(stage: Stage, rules: BeamRules, dialect: BeamDialect) {
    if (stage.target.surface !== 'beam') throw new Error('not a beam target');
    this.rules = rules;
    this.stage = stage;
    this.target = stage.target;
    this.#dialect = dialect;
  }

  get hasControl(): boolean {
    return this.target.control !== undefined;
  }

  isOpen(peer: string): boolean {
    return this.peer(peer)?.isOpen ?? false;
  }

  /** Opens a connection under a name. Stops the scene where that is not granted. */
  async open(peer: string, options: OpenOptions = {}): Promise<void> {
    const known = this.stage.misses.known('beam: open');
    const from = this.stage.recorder.position;
    const reason = known ?? (await this.attempt(peer, options));
    if (known !== undefined) this.step(`open ${peer}`, 'open', { from, reason: known });
    if (reason === undefined) return this.stage.misses.clear('beam: open');
    this.stage.misses.add('beam: open', reason);
    throw new SceneStopped(`${peer} was not opened: ${reason}`);
  }

  /** Tries to open a connection, whatever may come of it; gives back why it is not open. */
  async attempt(peer: string, options: OpenOptions = {}): Promise<string | undefined> {
    const { credential = 'valid', path = 'root', mayBeDead = false } = options;
    const { recorder } = this.stage;
    const from = recorder.position;
    const knock = this.#knock(credential, path);
    let reason = knock ? undefined : `the target file gives no token for ${credential}`;
    for (let retry = 0; knock; retry++) {
      reason = await this.#dial(peer, knock, { credential, path }, mayBeDead);
      const answer = this.peer(peer)?.answer;
      const busy = answer?.kind === 'refused' && (answer.status === 429 || answer.status >= 500);
      if (!busy || retry >= 2) break;
      // Not a wait for the target to change its mind, but for it to have time for us.
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** retry));
    }
    this.step(`open ${peer}`, 'open', { from, ...(reason === undefined ? {} : { reason }) });
    return reason;
  }

  /** Tries an upgrade without TLS, at the same host and port. A good token does not leave this machine so. */
  async attemptInTheClear(peer: string): Promise<void> {
    const host = urlOf(this.target, '');
    const credential = isLoopback(host) ? 'valid' : 'garbage';
    const knock = this.#knock(credential, 'root');
    if (!knock) return;
    const about = { credential, path: 'root', scheme: 'clear' };
    await this.#dial(peer, { ...knock, url: knock.url.replace(/^wss:/i, 'ws:') }, about, true);
  }

  /** Asks for the channel without an upgrade. */
  async get(name: string, credential: string): Promise<void> {
    const knock = this.#knock(credential, 'root');
    const from = this.stage.recorder.position;
    if (!knock) return this.step(name, 'get', { from, reason: `no token for ${credential}` });
    const exchange = await plainGet(this.stage, name, knock);
    this.step(name, 'get', { from, events: [exchange.seq] });
  }

  /** Pings a connection and waits for the pong, or for its end. */
  async ping(peer: string): Promise<void> {
    const { recorder } = this.stage;
    const from = recorder.position;
    const sent = this.peer(peer)?.ping() ?? false;
    const event = sent
      ? await this.wait(
          (one) => one.peer === peer && ((one.kind === 'pong' && one.by === 'them') || one.kind === 'closed'),
          from,
        )
      : undefined;
    const reason =
      event?.kind === 'pong' ? undefined : event || !sent ? 'the connection was closed' : 'no pong';
    const events = event ? [event.seq] : [];
    this.step(`pong ${peer}`, 'ping', { from, events, ...(reason === undefined ? {} : { reason }) });
  }

  /** Lets so many milliseconds pass on one connection: by `control`, else in real time, unless it closes. */
  async pass(peer: string, ms: number): Promise<void> {
    const { recorder } = this.stage;
    const from = recorder.position;
    if (this.hasControl) {
      const taken = await advance(this.stage, this.#connection(peer), ms);
      this.step(`time ${peer}`, 'clock', { from, ...(taken ? {} : { reason: 'control did not take it' }) });
      if (!taken) throw new SceneStopped('control did not take it');
      return;
    }
    await this.wait((one) => one.kind === 'closed' && one.peer === peer, from, ms);
    this.step(`time ${peer}`, 'clock', { from });
  }

  /** Drops one of our connections without a word. */
  async cut(peer: string): Promise<void> {
    const from = this.stage.recorder.position;
    this.peer(peer)?.cut();
    if (this.peer(peer)) await this.wait((one) => one.kind === 'closed' && one.peer === peer, 0, 1000);
    this.step(`cut ${peer}`, 'cut', { from });
  }

  /** Dials, and gives back why the connection is not open. */
  async #dial(
    peer: string,
    { url, headers }: Knock,
    about: Readonly<Record<string, string>>,
    mayBeDead: boolean,
  ): Promise<string | undefined> {
    await this.stage.turn();
    const dialled = await this.stage.recorder.dial(
      {
        name: peer,
        url,
        headers: { ...headers, 'x-plumbline-connection': this.#connection(peer) },
        connectMs: this.stage.connectMs,
        answerMs: this.stage.answerMs,
        tls: this.target.tls,
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
    const end = await this.wait((one) => one.kind === 'closed' && one.peer === peer, 0);
    return end?.kind === 'closed'
      ? `101, then closed with ${end.code} ${end.error ?? end.reason}`
      : 'no answer';
  }

  /** A step; one with a reason was missed. */
  protected step(
    name: string,
    verb: string,
    rest: {
      readonly from: number;
      readonly events?: readonly number[];
      readonly reason?: string;
      readonly owns?: string;
    },
  ): void {
    this.stage.recorder.step({ name, verb, outcome: rest.reason === undefined ? 'ok' : 'miss', ...rest });
  }

  protected async wait(
    matches: (event: WireEvent) => boolean,
    from: number,
    ms = this.stage.answerMs,
  ): Promise<WireEvent | undefined> {
    return this.stage.recorder.next(matches, { from, ms, signal: this.stage.signal });
  }

  #knock(credential: string, path: string): Knock | undefined {
    const rule = this.rules.credentials[credential];
    const at = this.rules.paths[path];
    if (!rule || !at) throw new Error(`no credential ${credential} or no path ${path} in the rules`);
    return knockWith(this.target, rule, at.path, this.#dialect.queryToken);
  }

  /** How the connection calls itself at the upgrade, for `control`. */
  #connection(peer: string): string {
    return `${this.stage.recorder.nonce}-${peer}`;
  }

  protected peer(name: string): Peer | undefined {
    return this.stage.recorder.peer(name);
  }
}
