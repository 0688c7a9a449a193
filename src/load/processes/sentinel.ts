/**
 * The sentinel (dist/load-sentinel.js): subscribers like the probes', on bare sockets in a process that does nothing
 * else. If the probes see more delay than it does, it is the probes' own.
 * @module
 */
import { now } from '../clock.ts';
import { type ControlClient, connectToCoordinator } from '../control/client.ts';
import type { Order } from '../control/messages.ts';
import { type LoadPlan, publishesOf } from '../plan/load-plan.ts';
import { dueOfSeat, inputsOfSeat } from '../plan/schedule.ts';
import { readerOf } from '../wire/sessions.ts';
import { authorizerOf } from './authorizer.ts';
import { paced } from './paced.ts';
import { SentinelAccounts } from './sentinel-accounts.ts';
import { type SentinelCrew, SentinelSeat } from './sentinel-seat.ts';

/** How long a server may take to answer our closes. */
const closeMs = 1000;

class Sentinel {
  readonly #control: ControlClient;
  readonly #plan: LoadPlan;
  readonly #index: number;
  readonly #of: number;
  readonly #seats: SentinelSeat[] = [];
  readonly #crew: SentinelCrew;
  readonly #stopTelling: () => void;
  #joins = 0;
  #stopped = false;

  constructor(control: ControlClient, { plan, index, of }: Extract<Order, { readonly say: 'plan' }>) {
    const accounts = new SentinelAccounts(control, this.#seats);
    this.#control = control;
    this.#plan = plan;
    this.#index = index;
    this.#of = of;
    this.#crew = {
      plan,
      accounts,
      reader: readerOf(plan),
      authorize: authorizerOf(plan),
    };
    this.#stopTelling = accounts.start();
  }

  /** Joins until so many seats have been begun; each order is another join position. */
  async join({ id, count, rate }: Extract<Order, { readonly say: 'join' }>): Promise<void> {
    const position = Math.min(this.#joins++, 2);
    const wanted = Math.min(count, this.#ownSeats()) - this.#seats.length;
    const began: SentinelSeat[] = [];
    await paced(
      Math.max(0, wanted),
      now(),
      (n) => (n * 1000) / rate,
      (_n, due) => {
        const seat = new SentinelSeat(this.#crew, this.#seatAt(this.#seats.length), position, due);
        this.#seats.push(seat);
        began.push(seat);
      },
      () => this.#stopped,
    );
    const settled = await Promise.all(began.map((seat) => seat.settled));
    const ready = settled.filter(Boolean).length;
    // What it is made of is told first.
    this.#crew.accounts.tell();
    this.#control.tell({ say: 'joined', id, ready, failed: settled.length - ready });
  }

  /** Beam: its seats ask in their turns. */
  async publish({ startAt }: Extract<Order, { readonly say: 'publish' }>): Promise<void> {
    const { stage, surface } = this.#plan;
    if (surface !== 'beam') return;
    const inputs = publishesOf(stage);
    const turns = this.#seats
      .flatMap((seat) =>
        Array.from({ length: inputsOfSeat(stage, inputs, seat.seat) }, (_, seq) => ({ seat, seq })),
      )
      .map((turn) => ({ ...turn, due: dueOfSeat(stage, turn.seat.seat, turn.seq) }))
      .sort((a, b) => a.due - b.due);
    await paced(
      turns.length,
      startAt,
      (n) => turns[n]?.due ?? 0,
      (n) => {
        const turn = turns[n];
        if (turn && !this.#stopped) turn.seat.ask(turn.seq);
      },
    );
    this.#control.tell({ say: 'published' });
  }

  flush(id: number): void {
    this.#crew.accounts.tell();
    this.#control.tell({ say: 'flushed', id });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const seat of this.#seats) seat.close();
    const late = setTimeout(() => {
      for (const seat of this.#seats) seat.cut();
    }, closeMs);
    await Promise.all(this.#seats.map(({ closed }) => closed));
    clearTimeout(late);
    this.#stopTelling();
    this.#crew.accounts.tell();
    await this.#control.settled();
    process.exit(0);
  }

  #ownSeats(): number {
    return Math.max(0, Math.ceil((this.#plan.sentinels - this.#index) / this.#of));
  }

  #seatAt(n: number): number {
    return this.#plan.probes + this.#index + n * this.#of;
  }
}

let sentinel: Sentinel | undefined;

await connectToCoordinator('sentinel', async (order, control) => {
  if (order.say === 'plan') {
    sentinel = new Sentinel(control, order);
    return;
  }
  // The wall clock is of no use to it.
  if (order.say === 'offset') return;
  if (!sentinel) throw new Error(`${order.say} came before the plan`);
  switch (order.say) {
    case 'join':
      return sentinel.join(order);
    case 'publish':
      return sentinel.publish(order);
    case 'flush':
      return sentinel.flush(order.id);
    case 'stop':
      return sentinel.stop();
    default:
      throw new Error(`${order.say} is nothing for a sentinel`);
  }
});
