import type { ChannelPlan, LoadPlan } from '../plan/load-plan.ts';
import { beamInput } from '../wire/beam-session.ts';
import { readyNumber } from '../wire/marker.ts';
import { newSession, type SessionReader } from '../wire/session.ts';
import { authorizeChannel } from './authorize.ts';
import type { Connection, ConnectionListener, Host } from './host.ts';

/** Whether the n-th of them is a bad one, so that their share is kept at any time. */
export function isBad(n: number, badShare: number): boolean {
  return Math.floor((n + 1) * badShare) > Math.floor(n * badShare);
}

/** How it went: whether it got in, and how long after dialling that was known. */
export interface Attempt {
  readonly bad: boolean;
  readonly isIn: boolean;
  readonly tookMs: number;
}

export interface IntruderListener {
  /** The handshake is over, one way or the other; called once. */
  readonly handshaken: () => void;
  readonly decided: (attempt: Attempt) => void;
}

/**
 * One that tries to get in, with a good token or a bad one, and is gone as soon as it is known whether it could. In is
 * who is ready or is given what others get; on a stream that greets nobody, who is still connected after the time for an answer. On pusher, where
 * anybody may connect, a bad one has a signature of which a digit is wrong. This file runs in Node and in k6.
 */
export class Intruder implements ConnectionListener {
  readonly #host: Host;
  readonly #plan: LoadPlan;
  readonly #reader: SessionReader;
  readonly #door: ChannelPlan;
  readonly #bad: boolean;
  readonly #state = newSession();
  #listener: IntruderListener | undefined;
  #isShaking = true;
  #wasRedialled = false;
  #dialled = 0;
  #cancelDeadline: (() => void) | undefined;
  #connection: Connection | undefined;

  constructor(
    host: Host,
    plan: LoadPlan,
    reader: SessionReader,
    door: ChannelPlan,
    bad: boolean,
    listener: IntruderListener,
  ) {
    this.#host = host;
    this.#plan = plan;
    this.#reader = reader;
    this.#door = door;
    this.#bad = bad;
    this.#listener = listener;
  }

  dial(): void {
    const { connectMs } = this.#plan.deadlines;
    this.#dialled = this.#host.now();
    this.#cancelDeadline = this.#host.after(connectMs, () => this.#decide(false, this.#host.now()));
    this.#connection = this.#host.connect(this.#door, this);
  }

  opened(): void {
    if (!this.#listener) return;
    this.#handshaken(this.#listener);
    const { deadlines, surface, run } = this.#plan;
    this.#cancelDeadline?.();
    this.#cancelDeadline = this.#host.after(deadlines.answerMs, () => {
      if (!this.#dialAgain()) this.#decide(surface === 'emit', this.#host.now());
    });
    const first = surface === 'beam' ? beamInput(run, 0, readyNumber, 0) : this.#reader.opened();
    if (first !== undefined) this.#connection?.send(first);
  }

  refused(at: number): void {
    this.#decide(false, at);
  }

  closed(at: number): void {
    this.#decide(false, at);
  }

  message(data: string | undefined, at: number): void {
    if (data === undefined || !this.#listener) return;
    switch (this.#reader.read(data, this.#state)) {
      case 'ready':
      case 'delivery':
        this.#decide(true, at);
        return;
      case 'refused':
        this.#decide(false, at);
        return;
      case 'reply':
        this.#connection?.send(this.#reader.reply);
        return;
      case 'authorize':
        void this.#subscribe();
    }
  }

  /** Nobody wants to know any more. */
  close(): void {
    this.#listener = undefined;
    this.#cancelDeadline?.();
    this.#connection?.close();
  }

  async #subscribe(): Promise<void> {
    const { authorize } = this.#plan;
    const answer = await authorizeChannel(this.#host, authorize, this.#state.socketId, this.#door.name);
    if (!this.#listener) return;
    if (!('auth' in answer)) this.#decide(false, this.#host.now());
    else {
      const auth = this.#bad ? spoiled(answer.auth) : answer.auth;
      this.#connection?.send(this.#reader.subscribe(this.#door.name, auth));
    }
  }

  /** Once, where it may be the host that has lost the greeting without which nobody subscribes. */
  #dialAgain(): boolean {
    const first = this.#connection;
    if (!first?.forsake || this.#wasRedialled || this.#state.socketId !== '') return false;
    if (this.#plan.surface !== 'pusher') return false;
    this.#wasRedialled = true;
    first.forsake();
    this.#dialled = this.#host.now();
    const { connectMs } = this.#plan.deadlines;
    this.#cancelDeadline = this.#host.after(connectMs, () => this.#decide(false, this.#host.now()));
    this.#connection = this.#host.connect(this.#door, this);
    return true;
  }

  #handshaken(listener: IntruderListener): void {
    if (!this.#isShaking) return;
    this.#isShaking = false;
    listener.handshaken();
  }

  #decide(isIn: boolean, at: number): void {
    const listener = this.#listener;
    this.close();
    if (listener) this.#handshaken(listener);
    listener?.decided({ bad: this.#bad, isIn, tookMs: at - this.#dialled });
  }
}

/** A signature with another last digit. */
function spoiled(auth: string): string {
  return auth.slice(0, -1) + (auth.endsWith('0') ? '1' : '0');
}
