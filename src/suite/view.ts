import type { Frame, Refused, WireEvent } from '../wire/event.ts';
import type { Job, PeerRecord, Recording, Step } from './recording.ts';

/** A case read a step that is not there, or was missed: the judge turns it into an outcome. */
export class StepMissing extends Error {
  override readonly name = 'StepMissing';
  readonly step: string;
  readonly owns: string | undefined;
  readonly reason: string;
  readonly at: number | undefined;

  constructor(step: string, owns: string | undefined, reason: string, at?: number) {
    super(`step ${step}: ${reason}`);
    this.step = step;
    this.owns = owns;
    this.reason = reason;
    this.at = at;
  }
}

/** A recording as a case reads it: by names, and with what is missing named. */
export class View {
  readonly recording: Recording;

  constructor(recording: Recording) {
    this.recording = recording;
  }

  get nonce(): string {
    return this.recording.nonce;
  }

  /** The step of that name; it must be there and not have been missed. */
  step(name: string): Step {
    const step = this.recording.steps.find((one) => one.name === name);
    if (!step) throw new StepMissing(name, undefined, this.#whyShort());
    if (step.outcome === 'miss') throw new StepMissing(name, step.owns, step.reason ?? 'missed', step.from);
    return step;
  }

  /** The step of that name, missed or not; undefined where the scene did not come to it. */
  maybeStep(name: string): Step | undefined {
    return this.recording.steps.find((one) => one.name === name);
  }

  job(name: string): Job {
    const job = this.recording.jobs[name];
    if (!job) throw this.#missing(`job ${name}`);
    return job;
  }

  /** A connection by its name in the scene, which must have been opened. */
  peer(name: string): PeerRecord {
    const peer = this.recording.peers[name];
    if (!peer) throw this.#missing(`peer ${name}`);
    return peer;
  }

  has(peer: string): boolean {
    return this.recording.peers[peer] !== undefined;
  }

  canary(name: string): string {
    const canary = this.recording.canaries[name];
    if (canary === undefined) throw new StepMissing(`canary ${name}`, undefined, 'not planted');
    return canary;
  }

  /** Every event of one connection, in order. */
  of(peer: string): readonly WireEvent[] {
    return this.recording.events.filter((event) => event.peer === peer);
  }

  /** Every message that one connection received, in order. */
  frames(peer: string, matches: (frame: Frame) => boolean = () => true): readonly Frame[] {
    return this.recording.events.filter(
      (event): event is Frame => event.kind === 'frame' && event.peer === peer && matches(event),
    );
  }

  /** The frame at a position of the recording. */
  frameAt(seq: number): Frame | undefined {
    const event = this.recording.events[seq];
    return event?.kind === 'frame' ? event : undefined;
  }

  /** How an upgrade was answered: the last time, where a busy target was asked again. */
  answer(peer: string): Extract<WireEvent, { kind: 'opened' | 'refused' | 'unreachable' }> {
    this.peer(peer);
    const answer = this.of(peer).findLast(
      (event): event is Extract<WireEvent, { kind: 'opened' | 'refused' | 'unreachable' }> =>
        event.kind === 'opened' || event.kind === 'refused' || event.kind === 'unreachable',
    );
    if (!answer) throw new StepMissing(`peer ${peer}`, undefined, this.#whyShort());
    return answer;
  }

  refusal(peer: string): Refused | undefined {
    const answer = this.answer(peer);
    return answer.kind === 'refused' ? answer : undefined;
  }

  /** What is not there is missing for the reason of the step that should have brought it. */
  #missing(name: string): StepMissing {
    const step = this.recording.steps.find((one) => one.name === name && one.outcome === 'miss');
    return new StepMissing(name, step?.owns, step?.reason ?? this.#whyShort(), step?.from);
  }

  #whyShort(): string {
    const { ending, steps } = this.recording;
    const miss = steps.find((step) => step.outcome === 'miss');
    if (miss) return `not reached: ${miss.name}: ${miss.reason ?? 'missed'}`;
    if ('reason' in ending) return `not reached: ${ending.reason}`;
    return 'not reached';
  }
}
