import type { Order } from '../control/messages.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import { readerOf } from '../wire/sessions.ts';
import type { HandshakePump } from './handshakes.ts';
import type { Host } from './host.ts';
import { type Attempt, Intruder, isBad } from './intruder.ts';

/** Attempts to get in, at a rate, for a time. This file runs in Node and in k6. */
export class Intrusion {
  readonly #host: Host;
  readonly #plan: LoadPlan;
  readonly #handshakes: HandshakePump;
  readonly #underWay = new Set<Intruder>();
  #news: Attempt[] = [];

  constructor(host: Host, plan: LoadPlan, handshakes: HandshakePump) {
    this.#host = host;
    this.#plan = plan;
    this.#handshakes = handshakes;
  }

  /** `ended` when all are decided: how many got in, and how many did not. */
  start(
    { rate, badShare, forMs }: Extract<Order, { readonly say: 'intrude' }>,
    ended: (isIn: number, isOut: number) => void,
  ): void {
    const doors = this.#plan.intruder;
    if (!doors) throw new Error('intruders without a door in the plan');
    const count = Math.floor((rate * forMs) / 1000);
    const reader = readerOf(this.#plan);
    const from = this.#host.now();
    let [isIn, isOut] = [0, 0];
    if (count === 0) ended(0, 0);
    this.#handshakes.add({
      count,
      due: (n) => from + (n * 1000) / rate,
      begin: (n, done) => {
        const bad = isBad(n, badShare);
        const door = bad ? doors.bad : doors.good;
        const intruder = new Intruder(this.#host, this.#plan, reader, door, bad, {
          handshaken: done,
          decided: (attempt) => {
            this.#underWay.delete(intruder);
            this.#news.push(attempt);
            if (attempt.isIn) isIn += 1;
            else isOut += 1;
            if (isIn + isOut === count) ended(isIn, isOut);
          },
        });
        this.#underWay.add(intruder);
        intruder.dial();
      },
    });
  }

  stop(): void {
    for (const intruder of this.#underWay) intruder.close();
    this.#underWay.clear();
  }

  /** Tells what became of those since the last time. */
  tell(): void {
    const news = this.#news;
    if (news.length === 0) return;
    this.#news = [];
    const counted = (bad: boolean, isIn: boolean): number =>
      news.filter((one) => one.bad === bad && one.isIn === isIn).length;
    this.#host.tell({
      say: 'intruders',
      goodIn: counted(false, true),
      goodOut: counted(false, false),
      badIn: counted(true, true),
      badOut: counted(true, false),
      refusalMs: news.filter(({ bad, isIn }) => bad && !isIn).map(({ tookMs }) => tookMs),
    });
  }
}
