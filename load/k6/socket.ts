import { WebSocket } from 'k6/websockets';

/** k6's WebSocket as it is when it runs: its published types make enums of strings, and leave out the close event. */
export interface K6Socket {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  onopen: (event: { readonly timestamp: number }) => void;
  onmessage: (event: { readonly data: string | ArrayBuffer; readonly timestamp: number }) => void;
  onclose: (event: { readonly code?: number; readonly timestamp: number }) => void;
  onerror: (event: { readonly error: string; readonly timestamp: number }) => void;
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
