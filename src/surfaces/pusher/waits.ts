import type { Stage } from '../../suite/scene.ts';
import type { WireEvent } from '../../wire/event.ts';

/** What a step waits for. */
export interface Awaited {
  /** Name of the step, by which cases read it. */
  readonly step: string;
  readonly verb: string;
  /** The connection; its end ends the wait. */
  readonly peer: string;
  readonly matches: (event: WireEvent) => boolean;
  /** In words, for whoever reads that it did not come. */
  readonly what: string;
  readonly from: number;
  /** The requirement that a miss breaks. */
  readonly owns?: string | undefined;
  /** Missed three times under this name, it is no longer waited for. @default what */
  readonly key?: string;
  readonly ms?: number;
}

/** Waits for events, each with a deadline, and writes what came of it into the recording. */
export class Waits {
  readonly stage: Stage;

  constructor(stage: Stage) {
    this.stage = stage;
  }

  get position(): number {
    return this.stage.recorder.position;
  }

  /** The first such event from a position on, or undefined once the deadline has passed. */
  async next(
    matches: (event: WireEvent) => boolean,
    from: number,
    ms = this.stage.answerMs,
  ): Promise<WireEvent | undefined> {
    return this.stage.recorder.next(matches, { from, ms, signal: this.stage.signal });
  }

  /** Waits for one event of a connection as a step of its own. Undefined: it was missed, and the step says so. */
  async step(awaited: Awaited): Promise<WireEvent | undefined> {
    const { step, verb, peer, matches, what, from, owns } = awaited;
    const { recorder, misses, answerMs } = this.stage;
    const key = `pusher: ${awaited.key ?? what}`;
    const known = misses.known(key);
    const isOver = recorder.peer(peer)?.isOpen !== true;
    const ms = known === undefined && !isOver ? (awaited.ms ?? answerMs) : 0;
    const found = await this.next(
      (event) => event.peer === peer && (event.kind === 'closed' || matches(event)),
      from,
      ms,
    );
    const hit = found !== undefined && matches(found) ? found : undefined;
    const reason = hit
      ? undefined
      : found?.kind === 'closed'
        ? `no ${what}: ${peer} was closed with ${found.code}`
        : `no ${what} on ${peer}${isOver ? ', which is closed' : known === undefined ? ` within ${ms} ms` : ', as before'}`;
    if (reason === undefined) misses.clear(key);
    else if (!found && !isOver) {
      misses.add(key, reason);
      recorder.transcript.record({ kind: 'timer', peer: 'harness', what: `deadline: ${reason}`, ms });
    }
    recorder.step({
      name: step,
      verb,
      outcome: hit ? 'ok' : 'miss',
      from,
      events: found ? [found.seq] : [],
      ...(owns === undefined ? {} : { owns }),
      ...(reason === undefined ? {} : { reason }),
    });
    return hit;
  }

  /** Writes down that something could not be tried, and why. */
  skip(step: string, verb: string, reason: string): void {
    this.stage.recorder.step({ name: step, verb, outcome: 'miss', from: this.position, reason });
  }

  /** Writes down something that was done. */
  done(step: string, verb: string, from: number, events: readonly number[] = []): void {
    this.stage.recorder.step({ name: step, verb, outcome: 'ok', from, events });
  }
}
