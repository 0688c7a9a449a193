import { randomUUID } from 'node:crypto';
import type { PusherClientRules, Refused } from '../../contract/client-rules.ts';
import type { Json } from '../../contract/json.ts';
import type { PusherRules } from '../../contract/pusher-rules.ts';
import { SceneStopped, type Stage } from '../../suite/scene.ts';
import { ClientProcess, processPeer } from '../../wire/client-process.ts';
import type { WireEvent } from '../../wire/event.ts';
import { protocolEvent } from '../pusher/message.ts';
import { appOf, environmentOf, type PlayedApp } from './played-app.ts';
import { type Behaviour, PlayedPusher } from './played-pusher.ts';
import { connectionName, isEvent, isValidSubscription } from './seen.ts';
import { startingTurn } from './starting.ts';

/** What waiting for the client comes to, if it comes to nothing. */
interface Due {
  readonly owns?: string;
  /** How long, where it is another time than the usual window: milliseconds, before scaling. */
  readonly ms?: number;
  /** What is missed stops the scene. @default true */
  readonly needed?: boolean;
}

/**
 * What a scene can do to a client under test: play the server to it, and ask it for something. Every verb writes its
 * step into the recording; none judges.
 */
export class ClientVerbs {
  readonly rules: PusherClientRules;
  readonly #stage: Stage;
  readonly #app: PlayedApp;
  readonly #server: PlayedPusher;
  readonly #dialect: string;
  readonly #all: PusherRules;
  #process: ClientProcess | undefined;

  constructor(stage: Stage, rules: PusherRules, dialect: string) {
    this.#stage = stage;
    this.#all = rules;
    this.rules = rules.clients;
    this.#dialect = dialect;
    this.#app = appOf(stage.target, rules);
    this.#server = new PlayedPusher(stage.recorder.transcript, this.#app);
  }

  /** What the server does from now on. */
  behave(change: Partial<Behaviour>): void {
    Object.assign(this.#server.behaviour, change);
  }

  refuse(how: Refused): void {
    this.behave({ auth: how });
  }

  /** Starts the server and then the client, and waits until it has dialled in. */
  async start(): Promise<string> {
    const { recorder } = this.#stage;
    const port = await this.#server.open();
    const env = environmentOf(this.#app, port, recorder.recording.scene, this.#dialect);
    // Those that start at once would take the processor from those that are watched.
    const endTurn = await startingTurn();
    try {
      this.#process = new ClientProcess(recorder.transcript, this.#app.command, env);
      return await this.connected(1, { ms: 2 * this.rules.windowMs });
    } finally {
      endTurn();
    }
  }

  /** Waits until the client has dialled in for the n-th time, and gives the connection's name. */
  async connected(n: number, { owns, ms, needed = true }: Due = {}): Promise<string> {
    const name = connectionName(n);
    this.#stage.recorder.recording.peers[name] = { name, about: { attempt: String(n) } };
    await this.#due(`dial ${n}`, 'connect', (event) => event.kind === 'dial' && event.peer === name, {
      ...(owns === undefined ? {} : { owns }),
      ...(ms === undefined ? {} : { ms }),
      needed,
      from: 0,
      what: `attempt ${n} to connect`,
    });
    return name;
  }

  /** Waits for a subscription of that connection to its own channel that its auth endpoint has signed for it. */
  async subscribed(connection: string, due: Due = {}): Promise<void> {
    await this.#due(
      `subscribe ${connection}`,
      'subscribe',
      (event) => event.peer === connection && isValidSubscription(event, this.#app.channel),
      { ...due, from: 0, what: `a signed subscription to its own channel on ${connection}` },
    );
  }

  /** Waits for an event of the client on a connection, from now on, or from a position. */
  async hears(
    step: string,
    connection: string,
    event: string,
    due: Due & { from?: number } = {},
  ): Promise<void> {
    await this.#due(step, 'await', (one) => one.peer === connection && isEvent(one, event), {
      from: this.position,
      ...due,
      what: event,
    });
  }

  /** Asks whether the client is there, and waits for its answer. */
  async ping(step: string, connection: string, due: Due = {}): Promise<void> {
    const from = this.position;
    this.#server.send(connection, { event: protocolEvent.ping, data: '{}' });
    await this.hears(step, connection, protocolEvent.pong, { needed: false, ...due, from });
  }

  greet(connection: string): void {
    this.#server.greet(connection);
  }

  drop(connection: string): void {
    this.#server.drop(connection);
  }

  end(connection: string, code: number): void {
    this.#server.end(connection, code);
  }

  /** Sends the updates of a job, from its first to done; the request id is made for it. */
  job(connection: string): string {
    const id = randomUUID();
    const isText = this.#all.dialects[this.#dialect]?.progress === 'decimal-string';
    for (const [status, progress] of [
      ['processing', 0],
      ['in_progress', 45.5],
      ['done', 100],
    ] as const) {
      const data: Json = {
        request_id: id,
        status,
        preview: null,
        result_url: status === 'done' ? `https://results.invalid/${id}` : null,
        progress: isText ? progress.toFixed(2) : progress,
      };
      this.#server.send(connection, {
        event: this.#app.event,
        channel: this.#app.channel,
        data: JSON.stringify(data),
      });
    }
    return id;
  }

  /** Waits for a line that the client prints. */
  async prints(step: string, text: string, due: Due): Promise<void> {
    const isLine = (event: WireEvent): boolean =>
      event.kind === 'fact' &&
      event.peer === processPeer &&
      event.name === 'stdout' &&
      String(event.value).includes(text);
    await this.#due(step, 'await', isLine, { needed: false, ...due, from: 0, what: `a line with ${text}` });
  }

  /** Asks the client for something, by a line into its input. */
  tell(line: 'leave' | 'disconnect'): void {
    this.done(`tell ${line}`, 'tell');
    this.#process?.tell(line);
  }

  /** Waits until the client has closed a connection. */
  async closed(step: string, connection: string, due: Due = {}): Promise<void> {
    await this.#due(
      step,
      'await',
      (event) => event.kind === 'closed' && event.by === 'them' && event.peer === connection,
      { needed: false, ...due, from: 0, what: `the end of ${connection}` },
    );
  }

  /** Watches for so long, or until the process has ended, whether a client comes that should not. */
  async watchDials(step: string, ms: number, most = 1): Promise<void> {
    const from = this.position;
    const deadline = performance.now() + ms * this.#multiplier;
    for (let seen = 0, at = from; seen < most; seen++) {
      const left = deadline - performance.now();
      if (left <= 0) break;
      const next = await this.#next((event) => event.kind === 'dial' || isExit(event), {
        from: at,
        ms: left,
      });
      if (!next || isExit(next)) break;
      at = next.seq + 1;
    }
    this.done(step, 'watch', from);
  }

  /** Watches for so long, be it for nothing. */
  async watch(step: string, ms: number): Promise<void> {
    const from = this.position;
    await this.#next(isExit, { from, ms: ms * this.#multiplier });
    this.done(step, 'watch', from);
  }

  /** Waits for attempts, each of which is turned away as the server now behaves, and notes how many came. */
  async attempts(step: string, count: number, ms: number): Promise<void> {
    const from = this.position;
    await this.watchDials(step, ms, count);
    for (const { peer } of this.#stage.recorder.recording.events
      .slice(from)
      .filter(({ kind }) => kind === 'dial')) {
      this.#stage.recorder.recording.peers[peer] ??= { name: peer, about: {} };
    }
  }

  /** Whether what needs more than some seconds may take them. */
  get mayTakeTime(): boolean {
    return this.#stage.slow;
  }

  get position(): number {
    return this.#stage.recorder.position;
  }

  /** Notes that something was done. */
  done(name: string, verb: string, from = this.position): void {
    this.#stage.recorder.step({ name, verb, outcome: 'ok', from });
  }

  /** Ends the client; from then on nothing comes of it. It is what every wait for nothing ends with. */
  async stop(): Promise<void> {
    if (!this.#process) return;
    const child = this.#process;
    this.#process = undefined;
    await child.end();
    this.done('stopped', 'stop');
  }

  /** Ends what is left: the process, with all that it has started, and the server. */
  async tidy(): Promise<void> {
    await this.stop();
    await this.#server.close();
  }

  /** Why a client never came, in words: how its process ended, or that it is still there. */
  whyNot(): string {
    const child = this.#process;
    const said = child?.lastLine ? `; its last words: ${child.lastLine.slice(0, 200)}` : '';
    return `${child?.isOver ? 'the command ended before it dialled in' : 'the command never dialled in'}${said}`;
  }

  get #multiplier(): number {
    return this.#stage.answerMs / this.#stage.target.deadlines.answerMs;
  }

  async #next(
    matches: (event: WireEvent) => boolean,
    options: { readonly from: number; readonly ms: number },
  ): Promise<WireEvent | undefined> {
    return this.#stage.recorder.next(matches, { ...options, signal: this.#stage.signal });
  }

  async #due(
    name: string,
    verb: string,
    matches: (event: WireEvent) => boolean,
    due: Due & { readonly from: number; readonly what: string },
  ): Promise<WireEvent | undefined> {
    const { recorder } = this.#stage;
    const ms = (due.ms ?? this.rules.windowMs) * this.#multiplier;
    const from = this.position;
    const found = await this.#next((event) => matches(event) || isExit(event), { from: due.from, ms });
    const event = found && matches(found) ? found : undefined;
    const owns = due.owns === undefined ? {} : { owns: due.owns };
    if (event) {
      recorder.step({ name, verb, outcome: 'ok', from, events: [event.seq], ...owns });
      return event;
    }
    const reason = found
      ? `the process ended before ${due.what}`
      : `${due.what} did not come within ${Math.round(ms)} ms`;
    recorder.step({ name, verb, outcome: 'miss', reason, from, ...owns });
    if (due.needed ?? true) throw new SceneStopped(reason);
    return undefined;
  }
}

function isExit(event: WireEvent): boolean {
  return event.kind === 'fact' && event.peer === processPeer && event.name === 'exited';
}
