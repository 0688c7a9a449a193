import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type ClientOptions, WebSocket } from 'ws';
import { deadline } from './deadline.ts';
import type { Closed, Opened, Refused, Unreachable } from './event.ts';
import { frameOf, messageFrom } from './frame.ts';
import type { Account } from './intake.ts';
import { type TlsOptions, tlsConnectOptions } from './tls-options.ts';
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
  readonly tls?: TlsOptions;
  readonly compress?: boolean;
  readonly origin?: string;
  /** False: pings of the other side are left unanswered. @default true */
  readonly autoPong?: boolean;
}

/** How the other side answered our upgrade. */
export type Answer = Opened | Refused | Unreachable;

/** Nothing larger is ever taken in; what a server may send us has an end. */
const largestMessage = 16 * 1024 * 1024;

/** One of our connections. Whatever happens on it is in the transcript; it judges nothing. */
export class Peer {
  readonly name: string;
  readonly #transcript: Transcript;
  /** Absent where there was nothing that could be dialled. */
  readonly #socket: WebSocket | undefined;
  #answer: Answer | undefined;
  #closed: Closed | undefined;
  #connected = false;
  #callOff: (() => void) | undefined;
  #weClosed = false;
  readonly #account: Account = { sent: 0 };
  #flooded = false;
  #error: string | undefined;

  private constructor(transcript: Transcript, options: DialOptions) {
    this.name = options.name;
    this.#transcript = transcript;
    const headers = { ...options.headers };
    transcript.record({ kind: 'dial', peer: this.name, url: options.url, headers });
    const socketOptions: ClientOptions & { readonly closeTimeout: number } = {
      headers,
      perMessageDeflate: options.compress ?? false,
      maxPayload: largestMessage,
      // A close is told once the socket is gone; who keeps it must not make us wait for that.
      closeTimeout: Math.min(1000, options.answerMs / 2),
      followRedirects: false,
      skipUTF8Validation: false,
      ...(options.origin === undefined ? {} : { origin: options.origin }),
      ...(options.autoPong === undefined ? {} : { autoPong: options.autoPong }),
      ...tlsConnectOptions(options.tls),
      finishRequest: (request) => {
        request.on('socket', (socket) => {
          socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
            this.#connected = true;
            this.#await(options.answerMs, 'silent', `no answer within ${options.answerMs} ms`);
          });
        });
        request.end();
      },
    };
    this.#await(options.connectMs, 'network', `not connected within ${options.connectMs} ms`);
    try {
      this.#socket = new WebSocket(options.url, [...(options.protocols ?? [])], socketOptions);
      this.#listen(this.#socket);
    } catch (cause) {
      // A URL or a header that cannot be sent at all.
      this.#unreachable('network', (cause as Error).message);
    }
  }

  /** Dials and waits for the answer, whatever it is; never rejects. */
  static async dial(transcript: Transcript, options: DialOptions): Promise<Peer> {
    const from = transcript.length;
    const peer = new Peer(transcript, options);
    await transcript.next((event) => event.peer === peer.name && isAnswer(event.kind), {
      from,
      // Its own deadlines come first: each may give its time again, three times at most.
      ms: 4 * (options.connectMs + options.answerMs) + 1000,
    });
    return peer;
  }

  /** How the upgrade was answered. */
  get answer(): Answer | undefined {
    return this.#answer;
  }

  /** True from the 101 until either side closes. */
  get isOpen(): boolean {
    return this.#answer?.kind === 'opened' && !this.#closed && this.#socket?.readyState === WebSocket.OPEN;
  }

  get closed(): Closed | undefined {
    return this.#closed;
  }

  /** Sends a message; text as text, bytes as binary. Nothing happens on a closed connection. */
  send(message: string | Uint8Array): boolean {
    if (!this.#socket || !this.isOpen) return false;
    const binary = typeof message !== 'string';
    const text = binary ? Buffer.from(message).toString('base64') : message;
    this.#transcript.record({ kind: 'sent', peer: this.name, text, binary });
    this.#socket.send(message, { binary });
    return true;
  }

  /** Puts bytes on the wire as they are, past all framing: what no client library would send. */
  sendRaw(bytes: Uint8Array): boolean {
    const raw = this.#raw;
    if (!raw || !this.isOpen) return false;
    const text = Buffer.from(bytes.subarray(0, 64)).toString('base64');
    this.#transcript.record({ kind: 'sent', peer: this.name, text, binary: true });
    raw.write(bytes);
    return true;
  }

  /** A WebSocket ping; the pong is in the transcript when it comes. */
  ping(): boolean {
    if (!this.#socket || !this.isOpen) return false;
    this.#transcript.record({ kind: 'ping', peer: this.name, by: 'us' });
    this.#socket.ping();
    return true;
  }

  /** Closes politely and waits for the end, at most `ms`; then cuts. */
  async close(code = 1000, ms = 1000): Promise<void> {
    if (this.#answer?.kind !== 'opened' || this.#closed) return this.cut();
    this.#weClosed = true;
    this.#socket?.close(code);
    const ended = (patience: number) =>
      this.#transcript.next((event) => event.kind === 'closed' && event.peer === this.name, { ms: patience });
    if (await ended(ms)) return;
    this.cut();
    // The end of a connection that we drop is told a moment later.
    await ended(100);
  }

  /** Drops the connection without a word. */
  cut(): void {
    this.#weClosed = true;
    this.#socket?.terminate();
  }

  /** Another deadline takes the place of the one before. */
  #await(ms: number, why: Unreachable['why'], error: string): void {
    this.#callOff?.();
    this.#callOff = deadline(ms, () => {
      this.#unreachable(why, error);
      this.cut();
    });
  }

  #answered(answer: Parameters<Transcript['record']>[0]): void {
    this.#callOff?.();
    this.#answer = this.#transcript.record(answer) as Answer;
  }

  #unreachable(why: Unreachable['why'], error: string): void {
    if (!this.#answer) this.#answered({ kind: 'unreachable', peer: this.name, why, error });
  }

  /** What is beneath all framing; the library keeps it to itself. */
  get #raw(): Socket | undefined {
    return (this.#socket as unknown as { readonly _socket?: Socket } | undefined)?._socket;
  }

  /** Who floods us is cut off, and its close says why. */
  #takes(isRoom: boolean): boolean {
    if (this.#flooded) return false;
    if (isRoom) return true;
    this.#flooded = true;
    this.#error = 'the server sends more than can be kept: cut off';
    this.#socket?.terminate();
    return false;
  }

  #listen(socket: WebSocket): void {
    const { name: peer } = this;
    const transcript = this.#transcript;
    // Not at 'open': a 101 that breaks the protocol is a 101 all the same, and ends with an error.
    socket.on('upgrade', (response) => {
      if (!this.#answer) this.#answered({ kind: 'opened', peer, headers: flat(response.headers) });
    });
    // A message that is never whole takes room as well.
    socket.on('open', () => {
      this.#raw?.on('data', (chunk: Buffer) => {
        this.#takes(transcript.intake.bytes(this.#account, chunk.length));
      });
    });
    socket.on('unexpected-response', (request, response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const finish = (): void => {
        clearTimeout(patience);
        if (this.#answer) return;
        this.#answered({
          kind: 'refused',
          peer,
          status: response.statusCode ?? 0,
          headers: flat(response.headers),
          body: Buffer.concat(chunks).toString('utf8').slice(0, 4096),
        });
        request.destroy();
      };
      this.#callOff?.();
      // The status decides; a body that never ends must not hold it up.
      const patience = setTimeout(finish, 500);
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= 65_536) chunks.push(chunk);
        else finish();
      });
      response.on('end', finish);
      response.on('error', finish);
    });
    socket.on('message', (data, isBinary) => {
      const at = now();
      const message = messageFrom(data, isBinary);
      if (!this.#takes(transcript.intake.event(this.#account, message.text))) return;
      transcript.record(frameOf(peer, message), at);
    });
    for (const kind of ['ping', 'pong'] as const) {
      socket.on(kind, () => {
        if (this.#takes(transcript.intake.event(this.#account, '')))
          transcript.record({ kind, peer, by: 'them' });
      });
    }
    socket.on('error', (error: Error) => {
      this.#error = messageOf(error);
      // Whatever goes wrong before TCP and TLS are there is no answer of the server's. Only who has accepted
      // can reset: without TLS that comes too fast, at times, for us to have seen that we were connected.
      const met = this.#connected || (!isSecure(socket.url) && codeOf(error) === 'ECONNRESET');
      this.#unreachable(met ? 'garbled' : 'network', this.#error);
    });
    socket.on('close', (code, reason) => {
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

function isSecure(url: string): boolean {
  return url.startsWith('wss:');
}

function codeOf(error: NodeJS.ErrnoException): string | undefined {
  return error.code;
}

/** Of several addresses none of which answered, the first error tells. */
function messageOf(error: Error): string {
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [];
  return error.message || (first?.message ?? error.name);
}

/** Headers as one string each. */
export function flat(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [key, value] of Object.entries(headers)) {
    if (value !== undefined) out[key] = Array.isArray(value) ? value.join(', ') : value;
  }
  return out;
}
