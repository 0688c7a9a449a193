import { WebSocket } from 'ws';

/** Bytes that may wait for one slow consumer before it is given up (RFC 6455 7.4.1: 1013, try again later). */
export const outboxLimit = 8 * 1024 * 1024;

/** The sending side of one socket, which never lets more than `outboxLimit` bytes pile up. */
export interface Outbox {
  /** False where the frame was not taken: the socket is closing, or was too slow and is now closed. */
  readonly send: (message: Frame | string) => boolean;
  readonly close: (code: number, reason?: string) => void;
}

/** A message, serialised once however many receive it. */
export interface Frame {
  readonly data: Buffer;
  readonly binary: boolean;
}

/** Serialises a message for many receivers: text, or bytes for a binary frame. */
export function frameOf(message: string | Buffer): Frame {
  const binary = typeof message !== 'string';
  return { data: binary ? message : Buffer.from(message), binary };
}

export function createOutbox(socket: WebSocket, limit = outboxLimit): Outbox {
  return {
    send(message) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      if (socket.bufferedAmount > limit) {
        socket.close(1013, 'reads too slowly');
        return false;
      }
      const frame = typeof message === 'string' ? frameOf(message) : message;
      socket.send(frame.data, { binary: frame.binary });
      return true;
    },
    close(code, reason) {
      socket.close(code, reason);
    },
  };
}

/** Sends one message to many: serialised once. Count of those that took it. */
export function broadcast(message: string | Buffer, receivers: Iterable<Outbox>): number {
  const frame = frameOf(message);
  let taken = 0;
  for (const receiver of receivers) if (receiver.send(frame)) taken += 1;
  return taken;
}
