import { type ClientOptions, WebSocket } from 'ws';
import { parseJson } from '../contract/json.ts';
import type { Closed, Opened, Refused, Unreachable } from './event.ts';
import { now, type Transcript } from './transcript.ts';

/** How to reach the other side. Times in milliseconds. */
export interface DialOptions {
  readonly name: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
  /** TCP, TLS. */
  readonly connectMs: number;
  /** From the connected socket to the answer to the upgrade. */
  readonly answerMs: number;
  readonly tls?: { readonly ca?: string; readonly insecure?: boolean; readonly serverName?: string };
  readonly compress?: boolean;
  readonly origin?: string;
}

/** How the other side answered our upgrade. */
export type Answer = Opened | Refused | Unreachable;

/** Nothing larger is ever taken in; what a server may send us has an end. */
const largestMessage = 16 * 1024 * 1024;

/** One of our connections. Whatever happens on it is in the transcript; it judges nothing. */
export class Peer {
  readonly name: string;
  readonly #transcript: Transcript;
  readonly #socket: WebSocket;
  #answer: Answer | undefined;
  #closed: Closed | undefined;
  #weClosed = false;
  #error: string | undefined;

  private constructor(transcript: Transcript, options: DialOptions) {
    this.name = options.name;
    this.#transcript = transcript;
    const headers = { ...options.headers };
    transcript.record({ kind: 'dial', peer: this.name, url: options.url, headers });
    const socketOptions: ClientOptions = {
      headers,
      handshakeTimeout: options.connectMs + options.answerMs,
      perMessageDeflate: options.compress ?? false,
      maxPayload: largestMessage,
      followRedirects: false,
      skipUTF8Validation: false,
      ...(options.origin === undefined ? {} : { origin: options.origin }),
      ...(options.tls?.ca === undefined ? {} : { ca: options.tls.ca }),
      ...(options.tls?.insecure ? { rejectUnauthorized: false } : {}),
      ...(options.tls?.serverName === undefined ? {} : { servername: options.tls.serverName }),
    };
    this.#socket = new WebSocket(options.url, [...(options.protocols ?? [])], socketOptions);
    this.#listen();
  }

  /** Dials and waits for the answer, whatever it is; never rejects. */
  static async dial(transcript: Transcript, options: DialOptions): Promise<Peer> {
    const from = transcript.length;
    const peer = new Peer(transcript, options);
    await transcript.next((event) => event.peer === peer.name && isAnswer(event.kind), {
      from,
      ms: options.connectMs + options.answerMs + 1000,
    });
    return peer;
  }

  /** How the upgrade was answered. */
  get answer(): Answer | undefined {
    return this.#answer;
  }

  /** True from the 101 until either side closes. */
  get isOpen(): boolean {
    return this.#answer?.kind === 'opened' && !this.#closed && this.#socket.readyState === WebSocket.OPEN;
  }

  get closed(): Closed | undefined {
    return this.#closed;
  }

  /** Sends a message; text as text, bytes as binary. Nothing happens on a closed connection. */
  send(message: string | Uint8Array): boolean {
    if (!this.isOpen) return false;
    const binary = typeof message !== 'string';
    const text = binary ? Buffer.from(message).toString('base64') : message;
    this.#transcript.record({ kind: 'sent', peer: this.name, text, binary });
    this.#socket.send(message, { binary });
    return true;
  }

  /** A WebSocket ping; the pong is in the transcript when it comes. */
  ping(): boolean {
    if (!this.isOpen) return false;
    this.#transcript.record({ kind: 'ping', peer: this.name, by: 'us' });
    this.#socket.ping();
    return true;
  }

  /** Closes politely and waits for the end, at most `ms`; then cuts. */
  async close(code = 1000, ms = 1000): Promise<void> {
    if (this.#answer?.kind !== 'opened' || this.#closed) return this.cut();
    this.#weClosed = true;
    this.#socket.close(code);
    await this.#transcript.next((event) => event.kind === 'closed' && event.peer === this.name, { ms });
    this.cut();
  }

  /** Drops the connection without a word. */
  cut(): void {
    this.#weClosed = true;
    this.#socket.terminate();
  }

  #listen(): void {
    const { name: peer } = this;
    const transcript = this.#transcript;
    let upgrading: Readonly<Record<string, string>> = {};
    this.#socket.on('upgrade', (response) => {
      upgrading = flat(response.headers);
      // Recorded here and not at 'open': the first frame may come in the same turn.
      this.#answer = transcript.record({ kind: 'opened', peer, headers: upgrading }) as Opened;
    });
    this.#socket.on('unexpected-response', (request, response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const finish = (): void => {
        if (this.#answer) return;
        this.#answer = transcript.record({
          kind: 'refused',
          peer,
          status: response.statusCode ?? 0,
          headers: flat(response.headers),
          body: Buffer.concat(chunks).toString('utf8').slice(0, 4096),
        }) as Refused;
        request.destroy();
      };
      // The status decides; a body that never ends must not hold it up.
      const patience = setTimeout(finish, 500);
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= 65_536) chunks.push(chunk);
        else finish();
      });
      response.on('end', () => {
        clearTimeout(patience);
        finish();
      });
      response.on('error', finish);
    });
    this.#socket.on('message', (data, isBinary) => {
      const at = now();
      const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
      const text = isBinary ? bytes.toString('base64') : bytes.toString('utf8');
      const message = isBinary ? undefined : parseJson(text);
      transcript.record(
        {
          kind: 'frame',
          peer,
          text,
          binary: isBinary,
          bytes: bytes.length,
          ...(message === undefined ? {} : { message }),
        },
        at,
      );
    });
    this.#socket.on('ping', () => transcript.record({ kind: 'ping', peer, by: 'them' }));
    this.#socket.on('pong', () => transcript.record({ kind: 'pong', peer, by: 'them' }));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error.message;
      if (this.#answer) return;
      this.#answer = transcript.record({
        kind: 'unreachable',
        peer,
        why: whyOf(error),
        error: error.message,
      }) as Unreachable;
    });
    this.#socket.on('close', (code, reason) => {
      if (this.#answer?.kind !== 'opened' || this.#closed) return;
      this.#closed = transcript.record({
        kind: 'closed',
        peer,
        by: this.#weClosed ? 'us' : 'them',
        code,
        reason: reason.toString('utf8'),
        ...(this.#error === undefined ? {} : { error: this.#error }),
      }) as Closed;
    });
  }
}

function isAnswer(kind: string): boolean {
  return kind === 'opened' || kind === 'refused' || kind === 'unreachable';
}

function whyOf(error: NodeJS.ErrnoException): Unreachable['why'] {
  if (/timed out/i.test(error.message)) return 'silent';
  const network = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'];
  if (network.includes(error.code ?? '')) return 'network';
  if (/certificate|self.signed|altnames|SSL|TLS/i.test(`${error.code} ${error.message}`)) return 'network';
  return 'garbled';
}

/** Headers as one string each. */
export function flat(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [key, value] of Object.entries(headers)) {
    if (value !== undefined) out[key] = Array.isArray(value) ? value.join(', ') : value;
  }
  return out;
}
