import { randomBytes } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type TlsOptions, tlsConnectOptions } from '../../wire/tls-options.ts';
import { now } from '../clock.ts';
import { acceptOf } from './accept-key.ts';
import { FrameReader } from './frame-reader.ts';
import { clientFrame, closeCode, closePayload } from './frame-writer.ts';
import { opcodes } from './opcodes.ts';

/** Told what happens to a connection; times are milliseconds of hrtime. */
export interface BareListener {
  readonly opened: (at: number) => void;
  /** There is no connection, and will be none. 0: there was no answer, or none that makes sense. */
  readonly refused: (at: number, status: number) => void;
  /** A message, and when the piece that completed it was handed over. The bytes are good only during the call. */
  readonly message: (bytes: Buffer, at: number) => void;
  /** It was open, and is no more. 1006: without a close frame. */
  readonly closed: (at: number, code: number) => void;
}

export interface BareOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  readonly connectMs: number;
}

const mostHead = 16 << 10;
const endOfHead = '\r\n\r\n';

/** A client without a WebSocket library between the socket and the clock: what arrives is stamped before it is read. */
export class BareClient {
  readonly #socket: Socket;
  readonly #listener: BareListener;
  readonly #key = randomBytes(16).toString('base64');
  readonly #deadline: NodeJS.Timeout;
  readonly #reader: FrameReader;
  #head: Buffer | undefined = Buffer.alloc(0);
  #at = 0;
  #code = 1006;
  #isOver = false;
  #isClosing = false;

  constructor(url: string, options: BareOptions, listener: BareListener) {
    const where = new URL(url);
    this.#listener = listener;
    this.#reader = new FrameReader(
      {
        message: (bytes) => listener.message(bytes, this.#at),
        control: (opcode, bytes) => this.#control(opcode, bytes),
      },
      { masked: false },
    );
    this.#deadline = setTimeout(() => this.#end(0), options.connectMs);
    this.#socket = dial(where, options);
    this.#socket.setNoDelay(true);
    this.#socket.write(upgradeOf(where, options.headers, this.#key));
    this.#socket.on('data', (chunk: Buffer) => {
      this.#at = now();
      this.#read(chunk);
    });
    this.#socket.on('error', () => {});
    this.#socket.on('end', () => this.#socket.end());
    this.#socket.on('close', () => this.#end(0));
  }

  get isOpen(): boolean {
    return !this.#isOver && !this.#isClosing && this.#head === undefined;
  }

  send(text: string): void {
    if (this.isOpen) this.#socket.write(clientFrame(text));
  }

  /** Begins the close; `closed` tells when the server has answered. */
  close(code = 1000): void {
    if (!this.isOpen) return;
    this.#isClosing = true;
    this.#socket.write(clientFrame(closePayload(code), opcodes.close));
  }

  /** Ends it at once, whatever is under way. */
  cut(): void {
    this.#end(0);
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#isOver) return;
    let bytes = chunk;
    if (this.#head) {
      const head = Buffer.concat([this.#head, chunk]);
      const end = head.indexOf(endOfHead);
      if (end < 0) {
        if (head.length > mostHead) this.#end(0);
        this.#head = head;
        return;
      }
      const status = this.#judge(head.subarray(0, end).toString('latin1'));
      if (status !== 101) {
        this.#end(status);
        return;
      }
      this.#head = undefined;
      clearTimeout(this.#deadline);
      this.#listener.opened(this.#at);
      bytes = head.subarray(end + endOfHead.length);
    }
    try {
      if (bytes.length > 0) this.#reader.push(bytes);
    } catch {
      this.close(1002);
      this.#end(0);
    }
  }

  /** 101 where the upgrade is as it must be (RFC 6455, 4.1), the status of a refusal, 0 where it is neither. */
  #judge(head: string): number {
    const [line = '', ...lines] = head.split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1] ?? 0);
    if (status !== 101) return status;
    const headers = new Map(
      lines.map((text): [string, string] => {
        const colon = text.indexOf(':');
        return [text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim()];
      }),
    );
    const isUpgraded =
      headers.get('upgrade')?.toLowerCase() === 'websocket' &&
      headers.get('connection')?.toLowerCase().includes('upgrade') === true &&
      headers.get('sec-websocket-accept') === acceptOf(this.#key) &&
      !headers.has('sec-websocket-extensions');
    return isUpgraded ? 101 : 0;
  }

  #control(opcode: number, bytes: Buffer): void {
    if (opcode === opcodes.ping) this.#socket.write(clientFrame(bytes, opcodes.pong));
    if (opcode !== opcodes.close) return;
    this.#code = closeCode(bytes);
    if (!this.#isClosing) this.#socket.write(clientFrame(bytes.subarray(0, 2), opcodes.close));
    this.#isClosing = true;
    this.#socket.end();
    this.#end(0);
  }

  #end(status: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#deadline);
    const at = now();
    // What has been written to a peer that closes still goes out; its end is not waited for.
    if (this.#isClosing) this.#socket.destroySoon();
    else this.#socket.destroy();
    if (this.#head) this.#listener.refused(at, status);
    else this.#listener.closed(at, this.#code);
  }
}

function dial(where: URL, { tls }: BareOptions): Socket {
  const secure = where.protocol === 'wss:';
  const host = where.hostname.replace(/^\[|\]$/g, '');
  const port = Number(where.port || (secure ? 443 : 80));
  if (!secure) return connectTcp({ host, port });
  return connectTls({
    host,
    port,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) ? {} : { servername: host }),
    ...tlsConnectOptions(tls),
  });
}

function upgradeOf(where: URL, headers: BareOptions['headers'], key: string): string {
  const lines = [
    `GET ${where.pathname}${where.search} HTTP/1.1`,
    `Host: ${where.host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return lines.join('\r\n') + endOfHead;
}
