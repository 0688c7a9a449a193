import { type ClientOptions, WebSocket } from 'ws';
import { now } from '../clock.ts';
import { ownWriteOf } from '../wire/own-write.ts';
import { SeatLedger } from '../wire/seat-ledger.ts';
import { newSession } from '../wire/session.ts';
import { sessionReader } from '../wire/sessions.ts';

/** A delivery as an ordinary client saw it. Milliseconds of hrtime. */
export interface Seen {
  readonly channel: number;
  readonly seq: number;
  readonly at: number;
  readonly own: number;
  readonly text: string;
}

/** A subscriber on `ws`, which knows nothing of the null server: the tests hold its ledger against what they saw. */
export class WsViewer {
  readonly seen: Seen[] = [];
  readonly socket: WebSocket;
  /** Close code; 0: open. */
  code = 0;
  readonly #state = newSession();
  readonly #changes = new Set<() => void>();

  /** Dials, subscribes to a channel where one is named, and resolves when it is ready. */
  static async ready(
    surface: 'pusher' | 'emit' | 'beam',
    url: string,
    run: number,
    { channel = '', ...options }: ClientOptions & { readonly channel?: string } = {},
  ): Promise<WsViewer> {
    const viewer = new WsViewer(surface, url, run, channel, options);
    await viewer.until(() => viewer.#state.ready || viewer.code !== 0 || surface === 'beam');
    if (surface === 'beam') await viewer.opened();
    return viewer;
  }

  constructor(
    surface: 'pusher' | 'emit' | 'beam',
    url: string,
    run: number,
    channel: string,
    options: ClientOptions,
  ) {
    const reader = sessionReader(surface, run, url.includes('/realtime/spaces/') ? 'space' : 'job');
    this.socket = new WebSocket(url, { perMessageDeflate: false, ...options });
    this.socket.on('message', (data) => {
      const at = now();
      const text = String(data);
      const reading = reader.read(text, this.#state);
      if (reading === 'authorize') this.socket.send(reader.subscribe(channel, 'any'));
      if (reading === 'delivery') {
        this.seen.push({ channel: reader.channel, seq: reader.seq, at, own: ownWriteOf(text), text });
      }
      this.#changed();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', (code) => {
      this.code = code;
      this.#changed();
    });
  }

  async opened(): Promise<void> {
    if (this.socket.readyState === WebSocket.CONNECTING) {
      await new Promise<void>((resolve) => {
        this.socket.once('open', resolve);
      });
    }
  }

  /** Resolves once that is so; checked whenever something has come. */
  async until(isSo: () => boolean): Promise<void> {
    if (isSo()) return;
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (!isSo()) return;
        this.#changes.delete(check);
        resolve();
      };
      this.#changes.add(check);
    });
  }

  /** Resolves when all that was written before has come: what is answered now was written after it. */
  async fence(): Promise<void> {
    if (this.code !== 0) return;
    await new Promise<void>((resolve) => {
      this.socket.once('pong', () => resolve());
      this.socket.once('close', () => resolve());
      this.socket.ping();
    });
  }

  /** What a seat's account makes of it: numbers that came for the first time, late and again. */
  account(channel: number): { readonly ledger: SeatLedger; readonly kinds: Map<number, number[]> } {
    const ledger = new SeatLedger();
    const kinds = new Map<number, number[]>();
    for (const { channel: from, seq } of this.seen) {
      if (from !== channel) continue;
      const kind = ledger.receive(seq);
      kinds.set(kind, [...(kinds.get(kind) ?? []), seq]);
    }
    return { ledger, kinds };
  }

  #changed(): void {
    for (const check of [...this.#changes]) check();
  }
}
