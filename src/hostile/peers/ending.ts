import { closeFrame } from '../frames.ts';
import { type HostilePeer, onSocket } from '../hostile-peer.ts';
import { relay, relayUntil } from '../relay.ts';
import { onUpgrade } from '../upgrade.ts';

/** Connections that end as they should not, or never. */
export const ending: readonly HostilePeer[] = [
  onSocket('resets-after-101', 'answers 101 and resets', ({ socket }) =>
    onUpgrade(socket, () => setImmediate(() => socket.resetAndDestroy())),
  ),
  onSocket('half-closes', 'answers 101, ends its side without a close frame, and reads on', ({ socket }) =>
    onUpgrade(socket, () => socket.end()),
  ),
  onSocket('closes-after-101', 'answers 101 and closes with 1000', ({ socket }) =>
    onUpgrade(socket, () => socket.end(closeFrame(1000))),
  ),
  onSocket('closes-and-talks-on', 'closes with 1000 and keeps the socket', ({ socket }) =>
    onUpgrade(socket, () => socket.write(closeFrame(1000))),
  ),
  onSocket('resets-after-a-frame', 'is good until its first frame is out, and resets', (meeting) =>
    relayUntil(meeting, 'first frames', (socket) => socket.resetAndDestroy()),
  ),
  onSocket('resets-within-a-frame', 'resets ten bytes into its first frame', (meeting) =>
    relayUntil(meeting, 10, (socket) => socket.resetAndDestroy()),
  ),
  onSocket('never-answers-close', 'is good in all, but never answers a close', (meeting) => {
    let closing = false;
    const server = relay(meeting, (chunk) => (closing ? undefined : chunk));
    // The first byte of a close frame of a client; that it may be in another frame's midst does no harm.
    meeting.socket.on('data', (chunk) => {
      if (chunk.length < 132 && chunk[0] === 0x88) closing = true;
    });
    server.removeAllListeners('end').removeAllListeners('close');
  }),
];
