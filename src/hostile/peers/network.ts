import { createServer } from 'node:net';
import { type AbsentPeer, everySurface, type HostilePeer, onSocket } from '../hostile-peer.ts';

/** Where nobody is, or nobody reads. */
export const network: readonly HostilePeer[] = [
  absent(
    'refused-connection',
    'is not there: the port is closed',
    async () => `127.0.0.1:${await closedPort()}`,
  ),
  absent('no-such-name', 'has a name that no DNS knows', async () => 'no-such-host.invalid:80'),
  onSocket('never-reads', 'accepts and never reads a byte', ({ socket }) => void socket.pause()),
  onSocket('closes-at-once', 'accepts and closes', ({ socket }) => void socket.end()),
  onSocket('resets-at-once', 'accepts and resets', ({ socket }) => void socket.resetAndDestroy()),
  onSocket('resets-before-the-answer', 'reads the upgrade and resets', ({ socket }) => {
    socket.once('data', () => socket.resetAndDestroy());
  }),
  onSocket('half-closes-at-once', 'sends its end before it has read anything, and stays', ({ socket }) => {
    socket.resume().end();
  }),
];

function absent(name: string, says: string, authority: AbsentPeer['authority']): AbsentPeer {
  return { kind: 'absent', name, says, surfaces: everySurface, authority };
}

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 1;
}
