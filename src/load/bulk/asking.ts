import { type LoadPlan, publishesOf } from '../plan/load-plan.ts';
import { dueAfter } from '../plan/schedule.ts';
import type { Host } from './host.ts';
import type { Subscriber } from './subscriber.ts';

/**
 * On beam the generator's subscribers are its publishers as well: each asks when its turn comes, whether or not it
 * has been answered. What was due while a subscriber was not there is left out. This file runs in Node and in k6.
 */
export class Asking {
  readonly #host: Host;
  readonly #plan: LoadPlan;
  readonly #seats: readonly number[];
  readonly #whoHas: (seat: number) => Subscriber | undefined;
  readonly #done: () => void;
  readonly #publishes: number;
  #startAt = Number.NaN;
  #turn = 0;
  #round = 0;
  #cancel: (() => void) | undefined;

  /** `seats`: this member's, rising; it may grow. */
  constructor(
    host: Host,
    plan: LoadPlan,
    seats: readonly number[],
    whoHas: (seat: number) => Subscriber | undefined,
    done: () => void,
  ) {
    this.#host = host;
    this.#plan = plan;
    this.#seats = seats;
    this.#whoHas = whoHas;
    this.#done = done;
    this.#publishes = publishesOf(plan.stage);
  }

  start(startAt: number): void {
    this.#startAt = startAt;
    this.#ask();
  }

  stop(): void {
    this.#cancel?.();
    this.#startAt = Number.NaN;
  }

  #ask(): void {
    const { stage } = this.#plan;
    for (;;) {
      const seat = this.#seats[this.#turn];
      const n = this.#round * stage.subscribers + (seat ?? 0);
      if (seat === undefined || n >= this.#publishes) {
        if (this.#turn === 0) {
          this.#done();
          return;
        }
        this.#turn = 0;
        this.#round += 1;
        continue;
      }
      const wait = this.#startAt + dueAfter(stage, n) - this.#host.now();
      if (wait > 0) {
        this.#cancel = this.#host.after(wait, () => this.#ask());
        return;
      }
      this.#whoHas(seat)?.ask(this.#round);
      this.#turn += 1;
    }
  }
}
