import { WebSocket } from 'ws';

/** Bytes that may wait for one slow consumer before it is given up (RFC 6455 7.4.1: 1013, try again later). */
export const outboxLimit = 8 * 1024 * 1024;

/** The sending side of one socket, which never lets more than `outboxLimit` bytes pile up. */
export interface Outbox {
  /** False where the frame was not taken: the socket is closing, or was too slow and is now closed. */
  readonly send: (frame: Frame) => boolean;
  readonly close: (code: number, reason?: string) => void;
}

/** A text message, serialised once however many receive it. */
export type Frame = Buffer | string;

/** Serialises a message for many receivers. */
export function frameOf(text: string): Frame {
  return Buffer.from(text);
}

export function createOutbox(socket: WebSocket, limit = outboxLimit): Outbox {
  return {
    send(frame) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      if (socket.bufferedAmount > limit) {
        socket.close(1013, 'reads too slowly');
        return false;
      }
      socket.send(frame, { binary: false });
      return true;
    },
    close(code, reason) {
      socket.close(code, reason);
    },
  };
}

/** Sends one message to many: serialised once. Count of those that took it. */
export function broadcast(text: string, receivers: Iterable<Outbox>): number {
  const frame = frameOf(text);
  let taken = 0;
  for (const receiver of receivers) if (receiver.send(frame)) taken += 1;
  return taken;
}
