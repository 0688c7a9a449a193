import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, WebSocketServer } from 'ws';
import type { Json } from '../contract/json.ts';

/** The largest message and the largest request body that is taken. */
export const largestMessage = 1024 * 1024;

/** The header in which a client may name its connection, for `control`. */
export const connectionHeader = 'x-plumbline-connection';

/** A WebSocket server without a port of its own; sockets come by `handleUpgrade`. */
export function createSocketServer({ autoPong = true } = {}): WebSocketServer {
  // @types/ws lags behind: closeTimeout is there since ws 8.19.
  const options: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: true,
    maxPayload: largestMessage,
    closeTimeout: 5000,
    // One message of a connection for each turn of the event loop, so that whoever floods does not hold up the others.
    allowSynchronousEvents: false,
    autoPong,
    // Contexts are not kept between messages: memory stays flat with ten thousand viewers.
    perMessageDeflate: { threshold: 1024, serverNoContextTakeover: true, clientNoContextTakeover: true },
  };
  return new WebSocketServer(options);
}

/** Answers an upgrade request with an HTTP status and a JSON body instead of 101. */
export function refuseUpgrade(
  socket: Duplex,
  status: number,
  body: Json,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd(),
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => setTimeout(() => socket.destroy(), 1000).unref());
}

/** The name that a client gave its connection, if it did. */
export function connectionName(request: IncomingMessage): string | undefined {
  const value = request.headers[connectionHeader];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Path and query of a request; undefined where its target is no path at all. */
export function targetOf(request: IncomingMessage): URL | undefined {
  if (!request.url?.startsWith('/')) return undefined;
  try {
    return new URL(`http://reference${request.url}`);
  } catch {
    return undefined;
  }
}
