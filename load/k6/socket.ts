import * as websockets from 'k6/websockets';

// k6 puts its modules together anew whenever one of their names is used.
const { WebSocket } = websockets;

interface K6Event {
  readonly target: K6Socket;
  /** When it was read off the socket, in milliseconds of the wall clock with a fraction. */
  readonly timestamp: number;
}

/** What becomes of a socket, by k6's clock. */
export interface K6SocketOwner {
  opened(timestamp: number): void;
  /** `data` is undefined for a binary message. */
  heard(data: string | undefined, timestamp: number): void;
  closed(timestamp: number, code: number): void;
  failed(timestamp: number): void;
}

/** k6's WebSocket as it is when it runs: its published types make enums of strings, and leave out the close event. */
export interface K6Socket {
  /** Whose it is: k6 hands the socket on with each event, so that thousands share their listeners. */
  owner?: K6SocketOwner;
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  onopen: (event: K6Event) => void;
  onmessage: (event: K6Event & { readonly data: string | ArrayBuffer }) => void;
  onclose: (event: K6Event & { readonly code?: number }) => void;
  onerror: (event: K6Event & { readonly error: string }) => void;
  send(data: string | ArrayBuffer): void;
  close(code?: number): void;
}

/** `readyState` of an open one. */
export const open = 1;

/**
 * Connects. `name` is what metrics say instead of the address, which may hold a token, and which would be a time series
 * of its own for each.
 */
export function connect(url: string, name: string, headers: Readonly<Record<string, string>> = {}): K6Socket {
  const socket = new WebSocket(url, null, { headers: { ...headers }, tags: { name } });
  const typed = socket as unknown as K6Socket;
  typed.binaryType = 'arraybuffer';
  return typed;
}

/** Has a socket tell its owner what becomes of it. A function for each event and socket would cost kilobytes each. */
export function own(socket: K6Socket, owner: K6SocketOwner): void {
  socket.owner = owner;
  socket.onopen = tellOpened;
  socket.onmessage = tellMessage;
  socket.onclose = tellClosed;
  socket.onerror = tellFailed;
}

const tellOpened: K6Socket['onopen'] = ({ target, timestamp }) => target.owner?.opened(timestamp);
const tellMessage: K6Socket['onmessage'] = ({ target, data, timestamp }) =>
  target.owner?.heard(typeof data === 'string' ? data : undefined, timestamp);
const tellClosed: K6Socket['onclose'] = ({ target, timestamp, code }) =>
  target.owner?.closed(timestamp, code || 1006);
const tellFailed: K6Socket['onerror'] = ({ target, timestamp }) => target.owner?.failed(timestamp);
