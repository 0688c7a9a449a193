import type { Socket } from 'node:net';
import { FrameReader } from '../bare/frame-reader.ts';
import { closePayload, serverFrame } from '../bare/frame-writer.ts';
import { opcodes } from '../bare/opcodes.ts';
import type { Publish } from './publish.ts';
import type { StallGate } from './stall-gate.ts';
import type { Sink } from './stamped-frame.ts';

/** More than this unread, and a connection is cut: sleepers must not take the machine's memory. */
const mostUnread = 64 << 20;

/** What a surface makes of what a client says. */
export interface Heard {
  readonly message: (text: string) => void;
  readonly closed: () => void;
}

/** What a connection tells the server. */
export interface ConnectionOwner {
  readonly gate: StallGate;
  /** Whether a client's close is to be left unanswered. */
  readonly isDeaf: () => boolean;
  readonly unanswered: (connection: Connection) => void;
  readonly overflowed: () => void;
  readonly closed: (connection: Connection) => void;
}

/** One client. After the upgrade nothing stands between it and the socket. */
export class Connection {
  readonly number: number;
  /** Hands bytes to the kernel; deliveries are written by this, past everything else. */
  readonly sink: Sink;
  /** Deliveries written. */
  delivered = 0;
  /** Set where it is to be closed after so many. */
  evictAfter = Number.POSITIVE_INFINITY;
  /** A delivery that waits for the next one. */
  held: { readonly publish: Publish; readonly due: number; readonly timer: NodeJS.Timeout } | undefined;
  #heard: Heard | undefined;
  #isClosing = false;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;

  constructor(socket: Socket, number: number, owner: ConnectionOwner) {
    this.number = number;
    this.#socket = socket;
    this.#owner = owner;
    this.sink = (bytes) => {
      if (this.#isClosing) return true;
      socket.write(bytes);
      // Nothing waits: the kernel has a copy, and the bytes are free again.
      const unread = socket.writableLength;
      if (unread > mostUnread) {
        owner.overflowed();
        this.cut();
      }
      return unread === 0;
    };
  }

  /** Whether anything that is written still goes out. */
  get isOpen(): boolean {
    return !this.#isClosing;
  }

  /** Begins to listen. `head`: what came with the upgrade. */
  listen(heard: Heard, head: Buffer): void {
    this.#heard = heard;
    const reader = new FrameReader(
      {
        message: (bytes) => heard.message(bytes.toString()),
        control: (opcode, bytes) => this.#control(opcode, bytes),
      },
      { masked: true },
    );
    const read = (chunk: Buffer): void => {
      try {
        reader.push(chunk);
      } catch {
        this.close(1002);
      }
    };
    this.#socket.on('data', read);
    this.#socket.on('end', () => {
      if (!this.#owner.isDeaf()) this.#socket.end();
    });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.#closed());
    if (this.#socket.destroyed) this.#closed();
    else if (head.length > 0) read(head);
  }

  /** Sends a message that is no delivery; `written` is called once it is. */
  say(text: string, written?: () => void): void {
    this.#owner.gate.run(() => {
      this.sink(serverFrame(text));
      written?.();
    });
  }

  /** Closes it with a code; the client's answer is not waited for. */
  close(code: number): void {
    if (this.#isClosing) return;
    this.sink(serverFrame(closePayload(code), opcodes.close));
    this.#isClosing = true;
    this.#socket.end();
  }

  /** Ends it without a word. */
  cut(): void {
    this.#isClosing = true;
    this.#socket.destroy();
  }

  #control(opcode: number, bytes: Buffer): void {
    if (opcode === opcodes.ping) {
      const answer = serverFrame(bytes, opcodes.pong);
      this.#owner.gate.run(() => this.sink(answer));
      return;
    }
    if (opcode !== opcodes.close) return;
    if (this.#owner.isDeaf()) {
      this.#owner.unanswered(this);
      return;
    }
    const answer = serverFrame(bytes.subarray(0, 2), opcodes.close);
    this.#owner.gate.run(() => {
      this.sink(answer);
      this.#isClosing = true;
      this.#socket.end();
    });
  }

  #closed(): void {
    this.#isClosing = true;
    if (this.held) clearTimeout(this.held.timer);
    this.held = undefined;
    const heard = this.#heard;
    this.#heard = undefined;
    if (!heard) return;
    heard.closed();
    this.#owner.closed(this);
  }
}
