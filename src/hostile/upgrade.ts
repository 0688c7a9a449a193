import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';

/** The head of a request: its first line and its headers by lower-case name. */
export interface Head {
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads a request up to its empty line. Whatever comes after that is read and dropped. */
export function onHead(socket: Socket, then: (head: Head) => void): void {
  let text = '';
  let done = false;
  socket.on('data', (chunk) => {
    if (done) return;
    text += chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return;
    done = true;
    const [line = '', ...rest] = text.slice(0, end).split('\r\n');
    const headers = rest.map((header): [string, string] => {
      const colon = header.indexOf(':');
      return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
    });
    then({ line, headers: Object.fromEntries(headers) });
  });
}

/** The accept key of RFC 6455, section 4.2.2. */
export function acceptKey({ headers }: Head): string {
  const key = headers['sec-websocket-key'] ?? '';
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

/** A 101 as it should be, with more header lines if need be. */
export function switching(head: Head, ...more: readonly string[]): string {
  return lines(
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptKey(head)}`,
    ...more,
  );
}

/** A whole answer with a body and its length. */
export function answer(status: string, body = '', ...more: readonly string[]): string {
  return lines(`HTTP/1.1 ${status}`, `Content-Length: ${Buffer.byteLength(body)}`, ...more) + body;
}

/** Header lines and the empty one. */
export function lines(...all: readonly string[]): string {
  return `${all.join('\r\n')}\r\n\r\n`;
}

/** Answers any upgrade with 101, and anything else with 426; then the socket is at one's mercy. */
export function onUpgrade(socket: Socket, then: (head: Head) => void, ...more: readonly string[]): void {
  onHead(socket, (head) => {
    if (head.headers.upgrade === undefined) {
      socket.end(answer('426 Upgrade Required', '', 'Connection: close'));
      return;
    }
    socket.write(switching(head, ...more));
    then(head);
  });
}
