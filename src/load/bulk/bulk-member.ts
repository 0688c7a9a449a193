import type { Order } from '../control/messages.ts';
import { Intended } from '../plan/intended.ts';
import { seatsPerLife } from '../plan/load-plan.ts';
import { readerOf } from '../wire/sessions.ts';
import { Accounts } from './accounts.ts';
import { Asking } from './asking.ts';
import { Deadlines } from './deadlines.ts';
import { Deliveries } from './deliveries.ts';
import { HandshakePump } from './handshakes.ts';
import type { Host } from './host.ts';
import { Intrusion } from './intrusion.ts';
import { type Crew, Subscriber } from './subscriber.ts';

/**
 * Handshakes of one member that are under way at a time: as many as it has files for, nearly. Fewer would have those wait that
 * a slow server has yet to answer, and what they waited would be nobody's latency.
 */
const mostHandshakes = 10_000;

/** How long an orderly end is waited for, before what is left is reported as it is. */
const closingMs = 1500;

type OrderOf<Say extends Order['say']> = Extract<Order, { readonly say: Say }>;

/**
 * One member of the bulk generator: it holds subscribers as the coordinator orders, and once a second tells what they
 * got. It is the same in k6's VUs and in Node's threads, which differ in their hosts alone.
 */
export class BulkMember {
  readonly #host: Host;
  readonly #handshakes: HandshakePump;
  #crew: Crew | undefined;
  #firstSeat = 0;
  #step = 1;
  #asking: Asking | undefined;
  #intrusion: Intrusion | undefined;
  #stopTelling: (() => void) | undefined;
  #isStopping = false;
  /** Seats of first lives, rising. */
  readonly #seats: number[] = [];
  /** Who has a seat now, by the seat of the first life; in the order of joining. */
  readonly #current = new Map<number, Subscriber>();
  /** All whose connection is not over. */
  readonly #all = new Set<Subscriber>();

  constructor(host: Host) {
    this.#host = host;
    this.#handshakes = new HandshakePump(host, mostHandshakes);
  }

  handle(order: Order): void {
    switch (order.say) {
      case 'plan':
        this.#begin(order);
        break;
      case 'offset':
        this.#host.setOffset(order.offset);
        break;
      case 'clock':
        this.#host.tell({ say: 'clock', at: order.at, wall: this.#host.wall() });
        break;
      case 'join':
        this.#join(order);
        break;
      case 'publish':
        this.#publish(order.startAt);
        break;
      case 'swap':
        this.#swap(order);
        break;
      case 'cut':
        this.#cut(order);
        break;
      case 'intrude':
        this.#intrude(order);
        break;
      case 'sleep':
        this.#sleep(order.count);
        break;
      case 'flush':
        this.#tell();
        this.#host.tell({ say: 'flushed', id: order.id });
        break;
      case 'stop':
        this.#stop();
        break;
    }
  }

  /** The coordinator has gone: closes everything and ends, since there is nobody to tell. */
  abandon(): void {
    if (this.#isStopping) return;
    this.#beginNoMore();
    this.#closeAll();
    this.#host.end();
  }

  #begin({ plan, index, of, offset }: OrderOf<'plan'>): void {
    const host = this.#host;
    host.setOffset(offset);
    host.prepare(plan);
    this.#firstSeat = plan.probes + plan.sentinels + index;
    this.#step = of;
    this.#crew = {
      host,
      plan,
      reader: readerOf(plan),
      deliveries: new Deliveries(plan, new Intended(plan)),
      accounts: new Accounts(host),
      deadlines: new Deadlines(host),
      gone: (subscriber) => this.#all.delete(subscriber),
    };
    host.lag();
    this.#stopTelling = host.every(1000, () => {
      this.#tell();
      host.tell({ say: 'lag', at: host.now(), ...host.lag() });
    });
  }

  #known(): Crew {
    if (!this.#crew) throw new Error('an order came before the plan');
    return this.#crew;
  }

  #join({ id, count, rate }: OrderOf<'join'>): void {
    const seats: number[] = [];
    while (this.#seats.length < count) {
      const seat = this.#firstSeat + this.#seats.length * this.#step;
      this.#seats.push(seat);
      seats.push(seat);
    }
    const from = this.#host.now();
    this.#dialAll(id, seats, (n) => from + (n * 1000) / rate);
  }

  /** Has subscribers dial when they are due, rising, and answers when each is ready or is known not to be. */
  #dialAll(id: number, seats: readonly number[], due: (n: number) => number): void {
    const crew = this.#known();
    let [ready, failed] = [0, 0];
    const answer = (): void => {
      if (ready + failed < seats.length) return;
      this.#tell();
      this.#host.tell({ say: 'joined', id, ready, failed });
    };
    if (seats.length === 0) answer();
    const settled = (isReady: boolean): void => {
      if (isReady) ready += 1;
      else failed += 1;
      answer();
    };
    this.#handshakes.add({
      count: seats.length,
      due,
      begin: (n, done) => {
        const subscriber = new Subscriber(crew, seats[n] ?? 0, done, settled);
        this.#current.set(subscriber.base, subscriber);
        this.#all.add(subscriber);
        subscriber.dial(due(n));
      },
    });
  }

  #publish(startAt: number): void {
    const { plan, deliveries } = this.#known();
    deliveries.begin(startAt);
    if (plan.surface !== 'beam') return;
    this.#asking = new Asking(
      this.#host,
      plan,
      this.#seats,
      (seat) => this.#current.get(seat),
      () => {
        this.#tell();
        this.#host.tell({ say: 'published' });
      },
    );
    this.#asking.start(startAt);
  }

  #swap({ id, count, rate }: OrderOf<'swap'>): void {
    const leaving = [...this.#current.values()].filter(({ isReady }) => isReady).slice(0, count);
    const from = this.#host.now();
    // Whoever leaves keeps its place in the accounts, and loses it among those who hold seats.
    for (const one of leaving) {
      this.#current.delete(one.base);
      one.leave(() => {});
    }
    const seats = leaving.map(({ seat }) => seat + seatsPerLife);
    this.#dialAll(id, seats, (n) => from + (n * 1000) / rate);
  }

  #cut({ id, withinMs }: OrderOf<'cut'>): void {
    const { plan } = this.#known();
    const from = this.#host.now();
    const cut = [...this.#current.values()];
    for (const one of cut) one.cut();
    const comings = cut
      .map(({ seat, base }) => ({
        seat: seat + seatsPerLife,
        due: from + shareOf(base, plan.seed) * withinMs,
      }))
      .sort((a, b) => a.due - b.due);
    this.#dialAll(
      id,
      comings.map(({ seat }) => seat),
      (n) => comings[n]?.due ?? from,
    );
  }

  #intrude(order: OrderOf<'intrude'>): void {
    const { plan } = this.#known();
    this.#intrusion = new Intrusion(this.#host, plan, this.#handshakes);
    this.#intrusion.start(order, (ready, failed) => {
      this.#tell();
      this.#host.tell({ say: 'joined', id: order.id, ready, failed });
    });
  }

  #sleep(count: number): void {
    const sleepers = [...this.#current.values()].filter(({ isReady }) => isReady).slice(-count);
    const asleep = count > 0 ? sleepers.filter((one) => one.sleep()).length : 0;
    if (asleep < count) {
      this.#host.tell({
        say: 'broken',
        reason: `${count} subscribers were to stop reading, and ${asleep} could; in k6 none can (--driver node)`,
      });
    }
  }

  #tell(): void {
    this.#crew?.accounts.tell();
    this.#intrusion?.tell();
  }

  #stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#beginNoMore();
    for (const one of this.#all) one.end();
    const deadline = this.#host.now() + closingMs;
    const stopWaiting = this.#host.every(10, () => {
      if (this.#host.now() < deadline && this.#all.size > 0) return;
      stopWaiting();
      this.#closeAll();
      this.#tell();
      this.#host.end();
    });
  }

  #beginNoMore(): void {
    this.#stopTelling?.();
    this.#asking?.stop();
    this.#intrusion?.stop();
    this.#handshakes.stop();
  }

  #closeAll(): void {
    for (const one of this.#all) one.close();
  }
}

/** A share of 1 that is the same for a seat in each run of a seed, and spread evenly over seats. */
function shareOf(seat: number, seed: number): number {
  return (Math.imul(seat + 1, 0x9e3779b1) ^ seed) / 0x1_0000_0000 + 0.5;
}
