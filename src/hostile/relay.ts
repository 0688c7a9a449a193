import { connect, type Socket } from 'node:net';
import type { Meeting } from './hostile-peer.ts';

/** What becomes of bytes that the good server sent. Undefined: they are kept back. */
export type Bend = (chunk: Buffer) => Uint8Array | undefined;

/** Joins a connection to the good server. Without a bend it is as if one had connected there. */
export function relay(
  { socket, upstream }: Pick<Meeting, 'socket' | 'upstream'>,
  bend: Bend = whole,
): Socket {
  const server = connect(upstream.port, upstream.host);
  socket.pipe(server);
  server.on('data', (chunk) => {
    const bytes = bend(chunk);
    if (bytes && !socket.destroyed) socket.write(bytes);
  });
  server.on('end', () => socket.end());
  server.on('error', () => socket.destroy());
  server.on('close', () => socket.destroy());
  socket.on('close', () => server.destroy());
  return server;
}

/**
 * Joins a connection to the good server, and does something else once so many bytes of frames have passed, or
 * all that came at once.
 */
export function relayUntil(
  meeting: Meeting,
  until: number | 'first frames',
  then: (socket: Socket) => void,
): void {
  let head = Buffer.alloc(0);
  let passed = -1;
  let over = false;
  let refused = false;
  const server = relay(meeting, (chunk) => {
    if (over) return undefined;
    if (refused) return chunk;
    if (passed < 0) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return chunk;
      refused = !head.toString('latin1').startsWith('HTTP/1.1 101');
      if (refused) return chunk;
      const frames = head.length - end - 4;
      passed = 0;
      return frames > 0
        ? join(chunk.subarray(0, chunk.length - frames), cut(chunk.subarray(chunk.length - frames)))
        : chunk;
    }
    return cut(chunk);
  });
  function cut(frames: Buffer): Buffer {
    const most = until === 'first frames' ? frames.length : until - passed;
    passed += frames.length;
    if (frames.length > 0 && frames.length >= most) {
      over = true;
      setImmediate(() => {
        meeting.socket.unpipe(server).resume();
        server.removeAllListeners('close').destroy();
        then(meeting.socket);
      });
    }
    return frames.subarray(0, most);
  }
}

const whole: Bend = (chunk) => chunk;

function join(a: Buffer, b: Buffer): Buffer {
  return Buffer.concat([a, b]);
}
