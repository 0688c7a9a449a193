import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { acceptOf } from '../bare/accept-key.ts';
import { now } from '../clock.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { shareOf } from './courier.ts';
import { drawShare } from './draw.ts';
import type { Ledger } from './ledger.ts';
import type { FaultName, NullOptions } from './options.ts';
import type { StallGate } from './stall-gate.ts';
import type { Admission, NullSurface } from './surface.ts';

/** Lets clients in, or not. */
export class Door {
  readonly #surfaces: readonly NullSurface[];
  readonly #options: NullOptions;
  readonly #ledger: Ledger;
  readonly #owner: ConnectionOwner;
  readonly #connections = new Set<Connection>();
  readonly #draws: Readonly<Record<'refuse' | 'acceptBad' | 'evict', () => boolean>>;

  constructor(surfaces: readonly NullSurface[], options: NullOptions, ledger: Ledger, gate: StallGate) {
    const { faults = {}, seed = 1 } = options;
    this.#surfaces = surfaces;
    this.#options = options;
    this.#ledger = ledger;
    this.#draws = {
      refuse: drawShare(faults.refuse?.share ?? 0, seed * 31 + 9),
      acceptBad: drawShare(shareOf(faults.acceptBad), seed * 31 + 10),
      evict: drawShare(shareOf(faults.evict), seed * 31 + 11),
    };
    this.#owner = {
      gate,
      isDeaf: () => faults.deafToClose ?? false,
      unanswered: ({ number }) => this.#note('deafToClose', number),
      overflowed: () => {
        ledger.overflowed += 1;
      },
      closed: (connection) => {
        this.#connections.delete(connection);
        ledger.connections -= 1;
      },
    };
  }

  open(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { url = '/', headers } = request;
    const where = new URL(url, 'ws://null');
    let admission: Admission | undefined;
    for (const surface of this.#surfaces) {
      admission = surface.admit(where, headers);
      if (admission) break;
    }
    const key = headers['sec-websocket-key'];
    if (!admission || key === undefined) {
      refuse(socket, admission ? 400 : 404);
      return;
    }
    const { faults = {} } = this.#options;
    const number = this.#ledger.accepted;
    if (this.#draws.refuse()) {
      this.#note('refuse', number);
      refuse(socket, faults.refuse?.status ?? 401);
      return;
    }
    const join = this.#entrance(admission, number);
    if (typeof join === 'number') {
      refuse(socket, join);
      return;
    }
    this.#ledger.accepted += 1;
    this.#ledger.connections += 1;
    socket.setNoDelay(true);
    socket.setTimeout(0);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(key)}\r\n\r\n`,
    );
    const connection = new Connection(socket, number, this.#owner);
    if (this.#draws.evict()) connection.evictAfter = faults.evict?.after ?? 0;
    this.#connections.add(connection);
    connection.listen(join(connection), head);
  }

  /** What is done with a connection that is let in, or the status of its refusal. */
  #entrance({ bad, join }: Admission, number: number): Admission['join'] | number {
    if (bad === undefined) return join;
    // Who asks for what is not there cannot be let in by mistake.
    if (bad === 404) return bad;
    if (this.#draws.acceptBad()) {
      this.#note('acceptBad', number);
      return join;
    }
    this.#ledger.refusedBad += 1;
    return bad;
  }

  close(): void {
    for (const connection of this.#connections) connection.cut();
  }

  #note(fault: FaultName, number: number): void {
    const at = now();
    this.#ledger.note(fault, -1, -1, at, at, number);
  }
}

function refuse(socket: Socket, status: number): void {
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
