import { SceneStopped, type Stage } from '../../suite/scene.ts';
import { ClientProcess, processPeer } from '../../wire/client-process.ts';
import type { WireEvent } from '../../wire/event.ts';
import { connectionName } from './seen.ts';
import { startingTurn } from './starting.ts';

/** What waiting for the client comes to, if it comes to nothing. */
export interface Due {
  readonly owns?: string;
  /** How long, where it is another time than the usual window: milliseconds, before scaling. */
  readonly ms?: number;
  /** What is missed stops the scene. @default true */
  readonly needed?: boolean;
}

/** The server that is played, as far as any client needs it. */
export interface PlayedServer {
  /** Listens, and gives its port. */
  readonly open: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** How a client is started. */
export interface Start {
  readonly command: string;
  readonly environment: (port: number, scene: string) => Readonly<Record<string, string>>;
  /** How long it is waited for, usually: milliseconds, before scaling. */
  readonly windowMs: number;
}

/** How long what a process has sent may take to arrive once it has ended: milliseconds. */
const onItsWayMs = 300;

/**
 * The life of a client under test in one scene: started, waited for, told something, ended. Whatever its surface, every
 * verb writes its step into the recording, and none judges.
 */
export abstract class ClientLife {
  protected readonly stage: Stage;
  protected abstract readonly server: PlayedServer;
  readonly #start: Start;
  #process: ClientProcess | undefined;

  constructor(stage: Stage, start: Start) {
    this.stage = stage;
    this.#start = start;
  }

  /** Starts the server and then the client, and waits until it has dialled in. */
  async start(): Promise<string> {
    const { recorder } = this.stage;
    const { command, environment, windowMs } = this.#start;
    const port = await this.server.open();
    // Those that start at once would take the processor from those that are watched.
    const endTurn = await startingTurn();
    try {
      this.#process = new ClientProcess(
        recorder.transcript,
        command,
        environment(port, recorder.recording.scene),
      );
      return await this.connected(1, { ms: 2 * windowMs });
    } finally {
      endTurn();
    }
  }

  /** Waits until the client has dialled in for the n-th time, and gives the connection's name. */
  async connected(n: number, { owns, ms, needed = true }: Due = {}): Promise<string> {
    const name = connectionName(n);
    this.stage.recorder.recording.peers[name] = { name, about: { attempt: String(n) } };
    await this.due(`dial ${n}`, 'connect', (event) => event.kind === 'dial' && event.peer === name, {
      ...(owns === undefined ? {} : { owns }),
      ...(ms === undefined ? {} : { ms }),
      needed,
      from: 0,
      what: `attempt ${n} to connect`,
    });
    return name;
  }

  /** Waits for a line that the client prints. */
  async prints(step: string, text: string, due: Due): Promise<void> {
    const isLine = (event: WireEvent): boolean =>
      event.kind === 'fact' &&
      event.peer === processPeer &&
      event.name === 'stdout' &&
      String(event.value).includes(text);
    await this.due(step, 'await', isLine, { needed: false, ...due, from: 0, what: `a line with ${text}` });
  }

  /** Asks the client for something, by a line into its input. */
  tell(line: 'leave' | 'disconnect'): void {
    this.done(`tell ${line}`, 'tell');
    this.#process?.tell(line);
  }

  /** Waits until the client has closed a connection. */
  async closed(step: string, connection: string, due: Due = {}): Promise<void> {
    await this.due(
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
    for (const { peer } of this.stage.recorder.recording.events
      .slice(from)
      .filter(({ kind }) => kind === 'dial')) {
      this.stage.recorder.recording.peers[peer] ??= { name: peer, about: {} };
    }
  }

  /** Whether what needs more than some seconds may take them. */
  get mayTakeTime(): boolean {
    return this.stage.slow;
  }

  get position(): number {
    return this.stage.recorder.position;
  }

  /** Notes that something was done. */
  done(name: string, verb: string, from = this.position): void {
    this.stage.recorder.step({ name, verb, outcome: 'ok', from });
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
    await this.server.close();
  }

  /** Why a client never came, in words: how its process ended, or that it is still there. */
  whyNot(): string {
    const child = this.#process;
    const said = child?.lastLine ? `; its last words: ${child.lastLine.slice(0, 200)}` : '';
    return `${child?.isOver ? 'the command ended before it dialled in' : 'the command never dialled in'}${said}`;
  }

  get #multiplier(): number {
    return this.stage.answerMs / this.stage.target.deadlines.answerMs;
  }

  async #next(
    matches: (event: WireEvent) => boolean,
    options: { readonly from: number; readonly ms: number },
  ): Promise<WireEvent | undefined> {
    return this.stage.recorder.next(matches, { ...options, signal: this.stage.signal });
  }

  protected async due(
    name: string,
    verb: string,
    matches: (event: WireEvent) => boolean,
    due: Due & { readonly from: number; readonly what: string },
  ): Promise<WireEvent | undefined> {
    const { recorder } = this.stage;
    const ms = (due.ms ?? this.#start.windowMs) * this.#multiplier;
    const from = this.position;
    const found = await this.#next((event) => matches(event) || isExit(event), { from: due.from, ms });
    // What it did last may be on its way yet when it has ended.
    const late = found && !matches(found) ? await this.#next(matches, { from, ms: onItsWayMs }) : undefined;
    const event = late ?? (found && matches(found) ? found : undefined);
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
