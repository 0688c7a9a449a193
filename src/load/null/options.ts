/**
 * What the null server is told, as JSON in the environment variable `PLUMBLINE_NULL`. All of it may be left out:
 * then it serves all three surfaces on any free port, and does nothing wrong.
 * @module
 */

/** Where the options stand. */
export const nullVariable = 'PLUMBLINE_NULL';

export interface NullOptions {
  /** @default 0, any free one */
  readonly port?: number;
  /** Spaces of the emit surface and clients of the pusher surface that are ours; one more is foreign. @default 16 */
  readonly tenants?: number;
  /** Tokens and app keys that are refused although they are good ones, and signatures of subscriptions. */
  readonly refuse?: readonly string[];
  /** Of all draws. @default 1 */
  readonly seed?: number;
  readonly faults?: NullFaults;
}

/**
 * What goes wrong. Whatever is `oneIn` happens to one in so many, drawn by the seed, so that as many draws hit as
 * often in every run; the ledger has what really happened. Frames without a marker, and those that only find out
 * who is ready, are spared.
 */
export interface NullFaults {
  /** A share (0 to 1) of the deliveries is written so much later; later ones may overtake them. */
  readonly delay?: { readonly share: number; readonly ms: number };
  /** Deliveries that are not written. */
  readonly drop?: OneIn;
  /** Deliveries that are written twice. */
  readonly duplicate?: OneIn;
  /**
   * Deliveries that are held until after a later one on the same connection. Where none follows within `heldMs`
   * (5,000), it is written, and counted as delayed.
   */
  readonly reorder?: OneIn & { readonly heldMs?: number };
  /**
   * The last so many milliseconds of each period, from the first delivery on, nothing at all is written to any
   * connection, and what is due waits. HTTP requests are answered all the same.
   */
  readonly stall?: { readonly forMs: number; readonly everyMs: number };
  /** A client's close is not answered, and its connection is kept. */
  readonly deafToClose?: boolean;
  /** A share (0 to 1) of the handshakes is refused, whoever it is. */
  readonly refuse?: { readonly share: number; readonly status: number };
  /** Handshakes with a bad token or key that are let in. */
  readonly acceptBad?: OneIn;
  /** Connections that are closed with a code once they have had so many deliveries. */
  readonly evict?: { readonly oneIn: number; readonly after: number; readonly code: number };
  /** Deliveries that go to somebody on another channel as well. */
  readonly wrongTenant?: OneIn;
  /** Deliveries whose payload is not what was published. `longer`: by a character more; else of the same length. */
  readonly change?: OneIn & { readonly longer?: boolean };
  /** Unsubscribes that are answered as ever, but after which deliveries go on. */
  readonly ghost?: OneIn;
  /** Bytes that are kept of each publish for ever: a server whose memory grows. */
  readonly hoard?: number;
  /** Microseconds of work before each delivery, for which nothing else is done: who asks meanwhile is not answered. */
  readonly serviceTime?: number;
  /**
   * Microseconds that lie between any two deliveries, which wait in one queue in the order they came: 1,000,000 divided
   * by it is what the server can do in a second, whatever the machine. Everything else is done meanwhile.
   */
  readonly spacing?: number;
}

export interface OneIn {
  readonly oneIn: number;
}

/** Names of what goes wrong, in the ledger. */
export const faultNames = [
  'delay',
  'drop',
  'duplicate',
  'reorder',
  'stall',
  'deafToClose',
  'refuse',
  'acceptBad',
  'evict',
  'wrongTenant',
  'change',
  'ghost',
] as const;
export type FaultName = (typeof faultNames)[number];

/** What `POST /blast` asks for: the server publishes by itself, without the cost of a publisher. */
export interface BlastRequest {
  readonly surface: 'pusher' | 'emit';
  /** Names of channels, or ids of jobs; their place in the list is the number in the markers. */
  readonly channels: readonly string[];
  /** Publishes per second over all channels, which take turns. */
  readonly rate: number;
  readonly forMs: number;
  readonly run: number;
  /** Bytes of padding. @default 0 */
  readonly padding?: number;
  /** Milliseconds of hrtime of the first publish. @default at once */
  readonly startAt?: number;
  /** Name of the event, on pusher. @default request.status.updated */
  readonly event?: string;
}

/** The answer, when all is written. Times in milliseconds of hrtime. */
export interface BlastResult {
  readonly startAt: number;
  readonly endedAt: number;
  readonly publishes: number;
  readonly deliveries: number;
  /** How much later than planned each publish began. */
  readonly late: { readonly p50: number; readonly p99: number; readonly max: number };
}

/**
 * One thing that went wrong, with a delivery or (channel and seq -1) a connection: numbers of its marker, when it
 * was due and when it was written, milliseconds of hrtime (-1: never), and the connection, counted from 0 as they
 * were accepted.
 */
export type LedgerRow = readonly [
  channel: number,
  seq: number,
  due: number,
  actual: number,
  connection: number,
];

/** What `GET /ledger` answers; `POST /ledger/reset` begins it anew. */
export interface NullLedger {
  /** `count` is exact; `rows` are the first of them, up to a limit over all. */
  readonly faults: Readonly<
    Record<FaultName, { readonly count: number; readonly rows: readonly LedgerRow[] }>
  >;
  /** Rows that were left out. */
  readonly leftOut: number;
  /** Ghosts that no pong has followed on their connection: who got them did not ask for what was still under way. */
  readonly unfencedGhosts: number;
  /** Frames of publishes that were written, those that a fault has added included. */
  readonly deliveries: number;
  /** Of these, without the number of a publish: what a surface says by itself, or what finds out who is ready. */
  readonly unnumbered: number;
  readonly publishes: number;
  /** Connections now, and since the beginning. */
  readonly connections: number;
  readonly accepted: number;
  /** Handshakes refused for a bad token or key. */
  readonly refusedBad: number;
  /** Connections cut since their reader had left too much unread. */
  readonly overflowed: number;
}

/** @throws SyntaxError */
export function readOptions(text: string | undefined): NullOptions {
  return text === undefined || text === '' ? {} : (JSON.parse(text) as NullOptions);
}
