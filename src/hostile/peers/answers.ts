import { type HostilePeer, inTurn, onSocket } from '../hostile-peer.ts';
import { dribble, pour } from '../pace.ts';
import { acceptKey, answer, type Head, lines, onHead, switching } from '../upgrade.ts';

/** Enough to show that somebody reads on for ever. */
const tooMuch = 64 * 1024 * 1024;

const all: readonly HostilePeer[] = [
  onSocket('never-answers', 'reads the upgrade and never answers', ({ socket }) => void socket.resume()),
  saying('a-byte-a-second', 'answers the upgrade with 101, one byte a second', (head, socket) =>
    dribble(socket, switching(head)),
  ),
  ...(
    [
      ['status-200', '200 OK', 'Content-Type: text/html'],
      ['status-301', '301 Moved Permanently', 'Location: /'],
      ['status-302', '302 Found', 'Location: http://no-such-host.invalid/'],
      ['status-400', '400 Bad Request'],
      ['status-401', '401 Unauthorized', 'WWW-Authenticate: Bearer'],
      ['status-403', '403 Forbidden'],
      ['status-404', '404 Not Found'],
      ['status-429', '429 Too Many Requests', 'Retry-After: 1'],
      ['status-500', '500 Internal Server Error'],
      ['status-503', '503 Service Unavailable', 'Retry-After: 86400'],
    ] as const
  ).map(([name, status, ...more]) =>
    saying(name, `answers every upgrade with ${status}`, (_, socket) =>
      socket.end(answer(status, '<!doctype html><title>no</title>', ...more)),
    ),
  ),
  saying('wrong-accept', 'answers 101 with the accept key of another request', (head, socket) =>
    socket.write(switching({ ...head, headers: {} })),
  ),
  saying('no-accept', 'answers 101 without an accept key', (_, socket) =>
    socket.write(lines('HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade')),
  ),
  saying('no-upgrade-header', 'answers 101 and upgrades to nothing', (head, socket) =>
    socket.write(lines('HTTP/1.1 101 Switching Protocols', `Sec-WebSocket-Accept: ${acceptKey(head)}`)),
  ),
  saying('unasked-subprotocol', 'chooses a sub-protocol that nobody asked for', (head, socket) =>
    socket.write(switching(head, 'Sec-WebSocket-Protocol: mqtt')),
  ),
  saying('unasked-extension', 'switches an extension on that nobody offered', (head, socket) =>
    socket.write(switching(head, 'Sec-WebSocket-Extensions: x-webkit-frobnicate')),
  ),
  saying('http-garbage', 'answers the upgrade with bytes that are no HTTP', (_, socket) =>
    socket.write('SSH-2.0-OpenSSH_9.6\r\n\u0000\u0001\u0002\r\n\r\n'),
  ),
  saying('head-never-ends', 'sends header after header', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\n');
    pour(socket, Buffer.from(`X-Filler: ${'x'.repeat(4000)}\r\n`), tooMuch);
  }),
  saying('head-breaks-off', 'sends half of the head and resets', (head, socket) => {
    socket.write(switching(head).slice(0, 40), () => socket.resetAndDestroy());
  }),
  saying('refusal-never-ends', 'refuses with 403 and a body without end', (_, socket) => {
    socket.write(lines('HTTP/1.1 403 Forbidden', 'Transfer-Encoding: chunked'));
    pour(socket, Buffer.from(`1000\r\n${'x'.repeat(4096)}\r\n`), tooMuch);
  }),
  saying('refusal-breaks-off', 'refuses with 403 and less of a body than it promised', (_, socket) =>
    socket.end(`${lines('HTTP/1.1 403 Forbidden', 'Content-Length: 1000')}no`),
  ),
];

/** Silence, a refusal, a busy server and a bad 101: each surface has its own way of judging these. */
const judgedBySurface = ['never-answers', 'status-401', 'status-429', 'status-503', 'wrong-accept'];
const isShared = ({ name }: HostilePeer): boolean => !judgedBySurface.includes(name);

/** Wrong answers to the upgrade. */
export const answers: readonly HostilePeer[] = [
  ...all.filter((peer) => !isShared(peer)),
  ...inTurn(all.filter(isShared)),
];

function saying(
  name: string,
  says: string,
  say: (head: Head, socket: Parameters<HostileMeet>[0]['socket']) => void,
): HostilePeer {
  return onSocket(name, says, ({ socket }) => onHead(socket, (head) => say(head, socket)));
}

type HostileMeet = Extract<HostilePeer, { kind: 'socket' }>['meet'];
