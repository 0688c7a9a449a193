import { randomBytes } from 'node:crypto';
import type { WireEvent } from '../wire/event.ts';
import type { Intake } from '../wire/intake.ts';
import { type DialOptions, Peer } from '../wire/peer.ts';
import { Transcript } from '../wire/transcript.ts';
import type { Call, Job, Recording, Step } from './recording.ts';

/** Writes a recording while a scene runs, and keeps its connections until the drain. */
export class Recorder {
  readonly recording: Recording;
  readonly transcript: Transcript;
  readonly #peers = new Map<string, Peer>();

  constructor(scene: string, target: string, origin: number, intake?: Intake) {
    this.transcript = new Transcript(origin, intake);
    this.recording = {
      scene,
      target,
      nonce: `pl${randomBytes(9).toString('hex')}`,
      startedAt: performance.now() - origin,
      ending: { kind: 'running' },
      steps: [],
      jobs: {},
      peers: {},
      events: this.transcript.events,
      canaries: {},
    };
  }

  get nonce(): string {
    return this.recording.nonce;
  }

  /** Position that the next event will have. */
  get position(): number {
    return this.transcript.length;
  }

  /** Writes a step. Names must be unique; a second one of the same name gets a number. */
  step(
    step: Omit<Step, 'n' | 'to' | 'name' | 'events'> & {
      readonly name?: string;
      readonly events?: readonly number[];
    },
  ): Step {
    const base = step.name ?? step.verb;
    let name = base;
    for (let n = 2; this.recording.steps.some((other) => other.name === name); n++) name = `${base} ${n}`;
    const whole: Step = { events: [], ...step, name, n: this.recording.steps.length + 1, to: this.position };
    this.recording.steps.push(whole);
    return whole;
  }

  /** Opens a connection under a name and waits for the answer to its upgrade. */
  async dial(options: DialOptions, about: Readonly<Record<string, string>>): Promise<Peer> {
    this.recording.peers[options.name] = { name: options.name, about };
    const peer = await Peer.dial(this.transcript, options);
    this.#peers.set(options.name, peer);
    return peer;
  }

  peer(name: string): Peer | undefined {
    return this.#peers.get(name);
  }

  get peers(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  job(job: Job): void {
    this.recording.jobs[job.name] = { ...job, calls: [...job.calls] };
  }

  call(job: string, call: Call): void {
    this.recording.jobs[job]?.calls.push(call);
  }

  /** A text that nobody may see who is not meant to: made once per name, planted by the caller. */
  canary(name: string): string {
    const known = this.recording.canaries[name];
    if (known !== undefined) return known;
    const made = `canary-${randomBytes(12).toString('hex')}`;
    this.recording.canaries[name] = made;
    return made;
  }

  async next(
    matches: (event: WireEvent) => boolean,
    options: { readonly from?: number; readonly ms: number; readonly signal?: AbortSignal },
  ): Promise<WireEvent | undefined> {
    return this.transcript.next(matches, options);
  }
}
