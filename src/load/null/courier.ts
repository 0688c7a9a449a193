import { now } from '../clock.ts';
import type { Connection } from './connection.ts';
import type { Crowd } from './crowd.ts';
import { type Draw, drawShare, numbers } from './draw.ts';
import type { Ledger } from './ledger.ts';
import type { FaultName, NullFaults, OneIn } from './options.ts';
import type { Publish } from './publish.ts';
import type { StallGate } from './stall-gate.ts';
import { Turnstile } from './turnstile.ts';

/** Who gets a publish, in the order of the writes. */
export interface Audience {
  readonly viewers: Iterable<Connection>;
  /** Who has left, and is written to all the same. */
  readonly ghosts?: Iterable<Connection>;
  /** Everybody who may be given it by mistake: has something to receive, but not this. */
  readonly others: Crowd<Connection>;
  readonly isForeign: (connection: Connection) => boolean;
}

/** Brings publishes to those who are to have them. */
export interface Courier {
  readonly deliver: (publish: Publish, audience: Audience) => void;
}

/** Writes, and nothing else. */
export function plainCourier(ledger: Ledger): Courier {
  return {
    deliver({ frame, seq }, { viewers }) {
      for (const connection of viewers) {
        if (!connection.isOpen) continue;
        frame.writeTo(connection.sink);
        connection.delivered += 1;
        ledger.deliveries += 1;
        if (seq < 0) ledger.unnumbered += 1;
      }
    },
  };
}

/** Writes as the faults have it, and takes down what it did. */
export class FaultyCourier implements Courier {
  readonly #faults: NullFaults;
  readonly #ledger: Ledger;
  readonly #gate: StallGate;
  readonly #draws: Record<'delay' | 'drop' | 'duplicate' | 'reorder' | 'wrongTenant' | 'change', Draw>;
  readonly #pick: () => number;
  readonly #turnstile: Turnstile;
  readonly #hoarded: Buffer[] = [];

  constructor(faults: NullFaults, seed: number, ledger: Ledger, gate: StallGate) {
    this.#faults = faults;
    this.#ledger = ledger;
    this.#gate = gate;
    const one = (fault: OneIn | undefined, salt: number): Draw => drawShare(shareOf(fault), seed * 31 + salt);
    this.#draws = {
      delay: drawShare(faults.delay?.share ?? 0, seed * 31 + 1),
      drop: one(faults.drop, 2),
      duplicate: one(faults.duplicate, 3),
      reorder: one(faults.reorder, 4),
      wrongTenant: one(faults.wrongTenant, 5),
      change: one(faults.change, 6),
    };
    this.#pick = numbers(seed * 31 + 7);
    this.#turnstile = new Turnstile((faults.spacing ?? 0) / 1000);
  }

  deliver(publish: Publish, audience: Audience): void {
    this.#gate.begin();
    // Filled, since the kernel gives no memory for what nobody has written to.
    if (this.#faults.hoard) this.#hoarded.push(Buffer.alloc(this.#faults.hoard, 1));
    for (const connection of audience.viewers) {
      if (publish.seq < 0) this.#put(connection, publish, now());
      else this.#deliverTo(connection, publish, audience);
    }
    for (const ghost of audience.ghosts ?? []) this.#put(ghost, publish, now(), 'ghost');
  }

  #deliverTo(connection: Connection, publish: Publish, audience: Audience): void {
    const due = now();
    // All are drawn for each delivery, so that one fault does not change how often another hits.
    const hit = {
      delay: this.#draws.delay(),
      drop: this.#draws.drop(),
      duplicate: this.#draws.duplicate(),
      reorder: this.#draws.reorder(),
      wrongTenant: this.#draws.wrongTenant(),
      change: this.#draws.change(),
    };
    if (hit.wrongTenant) {
      const other = audience.others.drawn(this.#pick(), audience.isForeign);
      if (other) this.#put(other, publish, due, 'wrongTenant');
    }
    if (hit.drop) {
      this.#ledger.note('drop', publish.channel, publish.seq, due, -1, connection.number);
      return;
    }
    const put = (fault?: FaultName): void => {
      if (hit.change) {
        this.#put(connection, publish.changed(this.#faults.change?.longer ?? false), due, 'change', fault);
      } else this.#put(connection, publish, due, fault);
      if (hit.duplicate) this.#put(connection, publish, due, 'duplicate');
      this.#release(connection, publish);
    };
    if (hit.delay) setTimeout(put, this.#faults.delay?.ms ?? 0, 'delay');
    else if (hit.reorder && !connection.held) this.#hold(connection, publish, due);
    else put();
  }

  /** One write, at once or after the stall, in its turn. */
  #put(connection: Connection, publish: Publish, due: number, ...faults: (FaultName | undefined)[]): void {
    const write = (): void => {
      if (!connection.isOpen) return;
      work(this.#faults.serviceTime ?? 0);
      const actual = publish.frame.writeTo(connection.sink);
      connection.delivered += 1;
      this.#ledger.deliveries += 1;
      if (publish.seq < 0) this.#ledger.unnumbered += 1;
      for (const fault of waited ? [...faults, 'stall' as const] : faults) {
        if (fault) {
          this.#ledger.note(fault, publish.channel, publish.seq, due, actual, connection.number);
        }
      }
      if (connection.delivered >= connection.evictAfter) {
        connection.evictAfter = Number.POSITIVE_INFINITY;
        this.#ledger.note('evict', -1, -1, actual, actual, connection.number);
        connection.close(this.#faults.evict?.code ?? 1001);
      }
    };
    let waited = false;
    waited = this.#gate.run(() => this.#turnstile.enter(write));
  }

  #hold(connection: Connection, publish: Publish, due: number): void {
    const timer = setTimeout(() => {
      connection.held = undefined;
      this.#put(connection, publish, due, 'delay');
    }, this.#faults.reorder?.heldMs ?? 5000);
    connection.held = { publish, due, timer };
  }

  #release(connection: Connection, { channel, seq, job }: Publish): void {
    const { held } = connection;
    // An earlier one that took its time on the way here would put it in order again; one of another job never overtakes.
    if (!held || held.publish.job !== job || (held.publish.channel === channel && held.publish.seq > seq)) {
      return;
    }
    connection.held = undefined;
    clearTimeout(held.timer);
    this.#put(connection, held.publish, held.due, 'reorder');
  }
}

/** The share that one in so many is. */
export function shareOf(fault: OneIn | undefined): number {
  return fault ? 1 / fault.oneIn : 0;
}

function work(micros: number): void {
  if (micros <= 0) return;
  const until = process.hrtime.bigint() + BigInt(Math.round(micros * 1000));
  while (process.hrtime.bigint() < until);
}
