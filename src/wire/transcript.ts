import { deadline } from './deadline.ts';
import type { NewEvent, WireEvent } from './event.ts';
import { Intake } from './intake.ts';

/** Milliseconds, monotonic, since this process began. */
export function now(): number {
  return performance.now();
}

interface Waiter {
  readonly matches: (event: WireEvent) => boolean;
  readonly resolve: (event: WireEvent | undefined) => void;
}

/** Everything that happens on the wire of one scene, in order; others may wait for what is to come. */
export class Transcript {
  readonly events: WireEvent[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #origin: number;
  #listener: ((event: WireEvent) => void) | undefined;

  /** How much of what comes is kept; one for all transcripts of a target. */
  readonly intake: Intake;

  /** `origin` is the `now()` that the run counts its milliseconds from. */
  constructor(origin = now(), intake = new Intake()) {
    this.#origin = origin;
    this.intake = intake;
  }

  /** Calls back for each event from now on. */
  onEvent(listener: (event: WireEvent) => void): void {
    this.#listener = listener;
  }

  get length(): number {
    return this.events.length;
  }

  /** Stamps an event, which from then on is the transcript's, and appends it. `at` may be given where the moment was taken earlier, in `now()` terms. */
  record(event: NewEvent, at = now()): WireEvent {
    // Stamped in place: whoever records makes an event for it, and a copy of each is dear.
    const stamped = Object.assign(event, {
      seq: this.events.length,
      at: round(at - this.#origin),
    }) as unknown as WireEvent;
    this.events.push(stamped);
    this.#listener?.(stamped);
    for (const waiter of this.#waiters) {
      if (waiter.matches(stamped)) {
        this.#waiters.delete(waiter);
        waiter.resolve(stamped);
      }
    }
    return stamped;
  }

  /**
   * The first event at or after position `from` that matches, be it there already or yet to come;
   * `undefined` once `ms` have passed. There is no other way to wait in a suite.
   */
  async next(
    matches: (event: WireEvent) => boolean,
    {
      from = 0,
      ms,
      signal,
    }: { readonly from?: number; readonly ms: number; readonly signal?: AbortSignal | undefined },
  ): Promise<WireEvent | undefined> {
    for (let at = from; at < this.events.length; at++) {
      const event = this.events[at];
      if (event && matches(event)) return event;
    }
    if (signal?.aborted) return undefined;
    return new Promise((resolve) => {
      const finish = (event: WireEvent | undefined): void => {
        callOff();
        this.#waiters.delete(waiter);
        signal?.removeEventListener('abort', abort);
        resolve(event);
      };
      const waiter: Waiter = { matches, resolve: finish };
      const abort = (): void => finish(undefined);
      const callOff = deadline(ms, abort);
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiters.add(waiter);
    });
  }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
