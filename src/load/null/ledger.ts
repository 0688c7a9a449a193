import { type FaultName, faultNames, type LedgerRow, type NullLedger } from './options.ts';

const mostRows = 200_000;

/** What the server did wrong, as it did it, and how much it did. */
export class Ledger {
  deliveries = 0;
  unnumbered = 0;
  publishes = 0;
  connections = 0;
  accepted = 0;
  refusedBad = 0;
  overflowed = 0;
  #rows = 0;
  #leftOut = 0;
  /** Ghosts by connection, since its last pong. */
  readonly #unfenced = new Map<number, number>();
  readonly #faults = new Map<FaultName, { count: number; rows: LedgerRow[] }>();

  /** Takes down one thing that went wrong. `channel` and `seq` are -1 where it is about a connection. */
  note(
    fault: FaultName,
    channel: number,
    seq: number,
    due: number,
    actual: number,
    connection: number,
  ): void {
    const entry = this.#entry(fault);
    entry.count += 1;
    if (fault === 'ghost') this.#unfenced.set(connection, (this.#unfenced.get(connection) ?? 0) + 1);
    if (this.#rows < mostRows) {
      this.#rows += 1;
      entry.rows.push([channel, seq, due, actual, connection]);
    } else this.#leftOut += 1;
  }

  /** A pong was written to a connection. */
  fenced(connection: number): void {
    this.#unfenced.delete(connection);
  }

  toJson(): NullLedger {
    const { deliveries, unnumbered, publishes, connections, accepted, refusedBad, overflowed } = this;
    const faults = Object.fromEntries(faultNames.map((name) => [name, this.#entry(name)]));
    return {
      faults: faults as unknown as NullLedger['faults'],
      leftOut: this.#leftOut,
      unfencedGhosts: [...this.#unfenced.values()].reduce((sum, count) => sum + count, 0),
      deliveries,
      unnumbered,
      publishes,
      connections,
      accepted,
      refusedBad,
      overflowed,
    };
  }

  /** Begins anew. Who is connected stays so. */
  reset(): void {
    this.#faults.clear();
    this.#unfenced.clear();
    this.#rows = 0;
    this.#leftOut = 0;
    this.deliveries = 0;
    this.unnumbered = 0;
    this.publishes = 0;
    this.refusedBad = 0;
    this.overflowed = 0;
  }

  #entry(fault: FaultName): { count: number; rows: LedgerRow[] } {
    const known = this.#faults.get(fault);
    if (known) return known;
    const made = { count: 0, rows: [] };
    this.#faults.set(fault, made);
    return made;
  }
}
