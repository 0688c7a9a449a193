import { randomBytes } from 'node:crypto';
import type { BeamDialect, BeamOperationName, BeamRules } from '../../contract/beam-rules.ts';
import type { Json } from '../../contract/json.ts';
import type { Job } from '../../suite/recording.ts';
import { SceneStopped, type Stage } from '../../suite/scene.ts';
import type { Frame, WireEvent } from '../../wire/event.ts';
import { CommandDriver } from './command-driver.ts';
import { BeamConnections } from './connections.ts';
import { foretoldOf } from './foretold.ts';
import { HandlerDriver, hostileMessage } from './handler-driver.ts';
import { type InputDriver, performerOf } from './input-driver.ts';
import { inputOf, markFor } from './message.ts';
import { isOwed, notOwed } from './proof.ts';

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
export class BeamVerbs extends BeamConnections {
  /** Input → position after the last of its outputs that a step has taken. */
  readonly #taken = new Map<string, number>();
  readonly #handler: InputDriver;
  readonly #command: InputDriver;

  constructor(stage: Stage, rules: BeamRules, dialect: BeamDialect) {
    super(stage, rules, dialect);
    const { recorder } = stage;
    this.#handler = new HandlerDriver(this.target.handler?.key ?? '');
    this.#command = new CommandDriver(this.target, stage);
    // The key is a secret: what it shows is written down as a fact, so that a recording is enough to judge by.
    recorder.transcript.onEvent((event) => {
      if (event.kind !== 'frame') return;
      const input = inputOf(recorder.recording, event);
      if (!input) return;
      const value = (foretoldOf(input) ? this.#command : this.#handler).proofIn(input, event);
      recorder.transcript.record({ kind: 'fact', peer: event.peer, name: 'proof', value });
    });
  }

  /** Whether an input of that name has been sent. */
  hasInput(name: string): boolean {
    return this.stage.recorder.recording.jobs[name] !== undefined;
  }

  /** Hands the handler an input under a name, with a nonce that nobody has seen before. */
  async input(peer: string, name: string, { op, n, text = '', owns }: InputOptions): Promise<void> {
    const driver = performerOf(this.target, op) === 'command' ? this.#command : this.#handler;
    const id = this.#mark();
    const { send, outputs } = await driver.write(`${id}${text}`, op, n);
    const about = {
      op,
      ...(n === undefined ? {} : { n }),
      ...(outputs === undefined ? {} : { outputs }),
    };
    this.#announce(peer, name, id, about, text);
    this.#send(peer, name, send, owns);
  }

  /** Whether it is the published handler that answers: only of that one it is known what it makes of odd inputs. */
  get hasOurHandler(): boolean {
    return performerOf(this.target, 'transform') === 'beam-handler';
  }

  /** Sends a row of the rules' `inputs`, which nobody should. */
  disturb(peer: string, name: string, row: string): void {
    const input = this.rules.inputs[row];
    if (!input) throw new Error(`no input ${row} in the rules`);
    const { nonce } = this.#announce(peer, name, this.#mark(), { op: 'raw', row }, '');
    this.#send(peer, name, hostileMessage(input, nonce), undefined);
  }

  /** Puts bytes on a connection's wire that are no legal frame. */
  sendRaw(peer: string, bytes: Uint8Array): boolean {
    return this.peer(peer)?.sendRaw(bytes) ?? false;
  }

  /**
   * Waits for the next outputs that bear the nonce of an input, on the connection that sent it. It matches
   * the nonce and nothing else, so that a wrong output is seen and not waited for.
   */
  async output(step: string, name: string, options: OutputOptions = {}): Promise<boolean> {
    const { recorder } = this.stage;
    const { count = 1, again, owns, patient = false } = options;
    let input = name;
    const closed = (): boolean => this.peer(this.#job(input).where)?.closed?.by === 'them';
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
    if (missed === undefined) this.step(step, 'await', { from, events });
    else {
      recorder.transcript.record({ kind: 'timer', peer: 'harness', what: `missed: ${missed}`, ms: 0 });
      const isTheirs = isOwed(recorder.recording, this.#job(input));
      const reason = isTheirs ? missed : `${missed}; ${notOwed}`;
      this.step(step, 'await', {
        from,
        events,
        reason,
        ...(owns === undefined || !isTheirs ? {} : { owns }),
      });
    }
    return missed === undefined;
  }

  /** A transform that must be answered before the scene can go on; it proves the connection. */
  async prove(peer: string, name = `proof ${peer}`): Promise<void> {
    await this.input(peer, name, { op: 'transform' });
    if (!(await this.output(name, name))) throw new SceneStopped(`${peer} did not answer a transform`);
  }

  async #next(name: string, patient: boolean): Promise<Came> {
    const { recorder, misses, answerMs } = this.stage;
    const job = this.#job(name);
    const inputs = Object.values(recorder.recording.jobs).filter(({ where }) => where === job.where);
    const precondition = `beam: output of the ${inputs[0] === job ? 'first' : 'next'} ${String(job.about.op)}`;
    const known = patient ? undefined : misses.known(precondition);
    const ends = (event: WireEvent): boolean =>
      event.peer === job.where &&
      (event.kind === 'closed' ||
        (event.kind === 'frame' && inputOf(recorder.recording, event)?.id === job.id));
    const event = await this.wait(
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

  #mark(): string {
    const { jobs, nonce } = this.stage.recorder.recording;
    return markFor(nonce, Object.keys(jobs).length + 1, randomBytes(4).toString('hex'));
  }

  #announce(
    peer: string,
    name: string,
    id: string,
    about: Readonly<Record<string, Json>>,
    text: string,
  ): Job {
    const { recorder } = this.stage;
    const { jobs } = recorder.recording;
    if (jobs[name]) throw new Error(`the scene sends two inputs of the name ${name}`);
    const from = recorder.position;
    recorder.job({ name, id, where: peer, nonce: `${id}${text}`, calls: [], from, about });
    return this.#job(name);
  }

  #send(peer: string, name: string, message: string | Uint8Array, owns: string | undefined): void {
    const from = this.stage.recorder.position;
    const sent = this.peer(peer)?.send(message) ?? false;
    this.step(`input ${name}`, 'input', {
      from,
      ...(sent ? { events: [from] } : { reason: `${peer} is not open` }),
      ...(owns === undefined ? {} : { owns }),
    });
  }

  #job(name: string): Job {
    const job = this.stage.recorder.recording.jobs[name];
    if (!job) throw new Error(`the scene sent no input ${name}`);
    return job;
  }
}
