import type { Connection, ConnectionListener } from '../../src/load/bulk/host.ts';
import { type K6Socket, type K6SocketOwner, open, own } from './socket.ts';

/** What all connections of a VU share. */
export interface K6Moments {
  /** The moment of an event, by the clock of the measurement. */
  readonly at: (timestamp: number) => number;
  /** The same of a message; takes down how long it waited for the event loop. */
  readonly heard: (timestamp: number) => number;
  /** An exception would close the connection it comes from, silently; the coordinator shall know. */
  readonly broken: (cause: unknown) => void;
}

const nobody: ConnectionListener = {
  opened: () => {},
  refused: () => {},
  message: () => {},
  closed: () => {},
};

/** One connection of k6 to the target. There are thousands, so each keeps as little as it can. */
export class K6Connection implements Connection, K6SocketOwner {
  readonly #socket: K6Socket;
  readonly #moments: K6Moments;
  #listener: ConnectionListener;
  #isOpen = false;
  #isGivenUp = false;

  constructor(socket: K6Socket, moments: K6Moments, listener: ConnectionListener) {
    this.#socket = socket;
    this.#moments = moments;
    this.#listener = listener;
    own(socket, this);
  }

  send(text: string): void {
    if (this.#socket.readyState === open) this.#socket.send(text);
  }

  /** A handshake cannot be called off in k6: it is closed when it comes to be. */
  close(): void {
    this.#isGivenUp = true;
    if (this.#socket.readyState === open) this.#socket.close(1000);
  }

  /** There is no way to be gone without a word. */
  cut(): void {
    this.close();
  }

  /**
   * k6 reads from a socket before it has queued that this is open, and drops what it has read until that is known: about once in
   * ten thousand connections a message that follows the handshake at once is never seen (k6 1.8).
   */
  forsake(): void {
    this.#listener = nobody;
    this.close();
  }

  opened(timestamp: number): void {
    this.#isOpen = true;
    try {
      if (this.#isGivenUp) this.#socket.close(1000);
      else this.#listener.opened(this.#moments.at(timestamp));
    } catch (cause) {
      this.#moments.broken(cause);
    }
  }

  heard(data: string | undefined, timestamp: number): void {
    try {
      this.#listener.message(data, this.#moments.heard(timestamp));
    } catch (cause) {
      this.#moments.broken(cause);
    }
  }

  // k6 reports a failed handshake by an error and a close, and tells its status to nobody; an error after the
  // handshake is followed by a close.
  closed(timestamp: number, code: number): void {
    this.#ended(timestamp, code);
  }

  failed(timestamp: number): void {
    if (!this.#isOpen) this.#ended(timestamp, 1006);
  }

  #ended(timestamp: number, code: number): void {
    const at = this.#moments.at(timestamp);
    try {
      if (this.#isOpen) this.#listener.closed(at, code);
      else this.#listener.refused(at, 0);
    } catch (cause) {
      this.#moments.broken(cause);
    }
  }
}
