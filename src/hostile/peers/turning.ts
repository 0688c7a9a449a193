import { frame } from '../frames.ts';
import { type HostilePeer, type Meeting, onSocket } from '../hostile-peer.ts';
import { relay, relayUntil } from '../relay.ts';
import { answer, onHead } from '../upgrade.ts';

/** Enough for the preflight and for scenes to be under way. */
const goodAtFirst = 6;

/** Servers that are good, and then no longer. */
export const turning: readonly HostilePeer[] = [
  turns(
    'turns-silent',
    'answers nobody any more after its sixth connection',
    ({ socket }) => void socket.resume(),
  ),
  turns('turns-busy', 'answers 503 after its sixth connection', ({ socket }) =>
    onHead(socket, () => socket.end(answer('503 Service Unavailable'))),
  ),
  turns('turns-garbled', 'speaks no HTTP any more after its sixth connection', ({ socket }) =>
    onHead(socket, () => socket.end('no longer\r\n\r\n')),
  ),
  turns(
    'turns-resetting',
    'resets whoever comes after its sixth connection',
    ({ socket }) => void socket.resetAndDestroy(),
  ),
  turns('dies-midway', 'dies with all its connections at its seventh', ({ die }) => die()),
  onSocket('admits-only-the-first', 'answers the first upgrade and refuses the rest with 403', (meeting) =>
    meeting.nth === 1
      ? void relay(meeting)
      : onHead(meeting.socket, () => meeting.socket.end(answer('403 Forbidden'))),
  ),
  onSocket('falls-silent', 'keeps every connection after 300 bytes, and says nothing more', (meeting) =>
    relayUntil(meeting, 300, () => {}),
  ),
  onSocket('goes-mad', 'sends a frame of reserved bits after 300 bytes', (meeting) =>
    relayUntil(meeting, 300, (socket) => socket.write(frame('{}', { reserved: 7 }))),
  ),
];

function turns(name: string, says: string, then: (meeting: Meeting) => void): HostilePeer {
  return onSocket(name, says, (meeting) => {
    if (meeting.nth <= goodAtFirst) relay(meeting);
    else then(meeting);
  });
}
