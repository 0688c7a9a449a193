import { WebSocket } from 'ws';
import type { Act } from './script.ts';
import type { Values } from './values.ts';

type OnConnection = Extract<Act, { readonly do: 'dial' | 'send' | 'ping' | 'close' }>;
type Dial = Extract<Act, { readonly do: 'dial' }>;

/** The connections of a scene while it is done again, and what has come on them; `tell` is called whenever something has. */
export class Connections {
  readonly #values: Values;
  readonly #tell: () => void;
  readonly #sockets = new Map<string, WebSocket>();
  readonly #statuses = new Map<string, number>();
  readonly #frames = new Map<string, string[]>();
  readonly #pongs = new Map<string, number>();
  readonly #closed = new Set<string>();

  constructor(values: Values, tell: () => void) {
    this.#values = values;
    this.#tell = tell;
  }

  act(line: OnConnection): void {
    const socket = this.#sockets.get(line.peer);
    const isOpen = socket?.readyState === WebSocket.OPEN;
    switch (line.do) {
      case 'dial':
        this.#dial(line);
        return;
      case 'send': {
        const text = this.#values.now(line.message);
        if (isOpen) socket.send(line.binary ? Buffer.from(text, 'base64') : text);
        return;
      }
      case 'ping':
        if (isOpen) socket.ping();
        return;
      case 'close':
        if (line.code === 1006) socket?.terminate();
        else socket?.close(1000);
    }
  }

  /** How the upgrade was answered; undefined: not yet. */
  status(peer: string): number | undefined {
    return this.#statuses.get(peer);
  }

  frames(peer: string): readonly string[] {
    return this.#frames.get(peer) ?? [];
  }

  pongs(peer: string): number {
    return this.#pongs.get(peer) ?? 0;
  }

  isClosed(peer: string): boolean {
    return this.#closed.has(peer);
  }

  get areAllClosed(): boolean {
    return [...this.#sockets.keys()].every((peer) => this.#closed.has(peer));
  }

  close(): void {
    for (const [peer, socket] of this.#sockets) if (!this.#closed.has(peer)) socket.close(1000);
  }

  terminate(): void {
    for (const socket of this.#sockets.values()) socket.terminate();
  }

  #dial({ peer, url, headers, protocol, compress, autoPong }: Dial): void {
    this.#closed.delete(peer);
    this.#statuses.delete(peer);
    const socket = new WebSocket(this.#values.now(url), protocol === undefined ? [] : [protocol], {
      headers: { ...headers },
      perMessageDeflate: compress,
      autoPong,
      followRedirects: false,
    });
    this.#sockets.set(peer, socket);
    const answered = (status: number): void => {
      this.#statuses.set(peer, status);
      this.#tell();
    };
    socket.on('open', () => answered(101));
    socket.on('unexpected-response', (asked, response) => {
      this.#closed.add(peer);
      response.resume().on('end', () => {
        answered(response.statusCode ?? 0);
        asked.destroy();
      });
    });
    socket.on('message', (data) => {
      const frames = this.#frames.get(peer) ?? [];
      this.#frames.set(peer, frames);
      frames.push(String(data));
      this.#tell();
    });
    socket.on('pong', () => {
      this.#pongs.set(peer, this.pongs(peer) + 1);
      this.#tell();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#closed.add(peer);
      this.#tell();
    });
  }
}
