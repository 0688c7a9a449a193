import { createServer as createTlsServer } from 'node:tls';
import selfsigned from 'selfsigned';
import { type Disguise, type HostilePeer, onSocket } from '../hostile-peer.ts';
import { answer, onHead } from '../upgrade.ts';

const day = 24 * 3600 * 1000;
/** What the harness must never come to see, since it must not have trusted who says it. */
const welcome = answer('401 Unauthorized');

/** TLS that is not what it should be. */
export const tls: readonly HostilePeer[] = [
  secure('tls-self-signed', 'shows a certificate that nobody vouches for', () =>
    certificate({ trusted: false }),
  ),
  secure('tls-expired', 'shows a certificate of last year', () => certificate({ until: Date.now() - day })),
  secure('tls-not-yet-valid', 'shows a certificate of next year', () =>
    certificate({ since: Date.now() + day }),
  ),
  secure('tls-wrong-host', 'shows a certificate for another host', () =>
    certificate({ host: 'elsewhere.example' }),
  ),
  onSocket(
    'plain-on-the-tls-port',
    'answers a TLS handshake with HTTP',
    ({ socket }) => void socket.once('data', () => socket.end(answer('400 Bad Request'))),
    { scheme: 'wss' },
  ),
  onSocket('tls-handshake-stalls', 'never answers a TLS handshake', ({ socket }) => void socket.resume(), {
    scheme: 'wss',
  }),
  onSocket(
    'tls-handshake-garbled',
    'answers a TLS handshake with a record of garbage',
    ({ socket }) => void socket.once('data', () => socket.write(Buffer.from('16030300ff00112233', 'hex'))),
    { scheme: 'wss' },
  ),
  onSocket(
    'tls-handshake-reset',
    'resets in the midst of a TLS handshake',
    ({ socket }) => void socket.once('data', () => socket.resetAndDestroy()),
    { scheme: 'wss' },
  ),
  onSocket('tls-on-the-plain-port', 'speaks TLS where plain text is asked for', ({ socket }) => {
    // Its own TLS stack answers the plain request as it would: with an alert, and the end.
    const server = createTlsServer();
    server.on('tlsClientError', () => socket.destroy());
    server.emit('connection', socket);
  }),
];

function secure(name: string, says: string, disguise: () => Promise<Disguise>): HostilePeer {
  return onSocket(name, says, ({ socket }) => onHead(socket, () => socket.end(welcome)), {
    scheme: 'wss',
    disguise,
  });
}

/** A certificate for this run; trusted and good for this machine today, unless it is said otherwise. */
async function certificate({
  host = 'localhost',
  since = Date.now() - 2 * day,
  until = Date.now() + 2 * day,
  trusted = true,
}): Promise<Disguise> {
  const ip = host === 'localhost' ? [{ type: 7 as const, ip: '127.0.0.1' }] : [];
  const { private: key, cert } = await selfsigned.generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    notBeforeDate: new Date(since),
    notAfterDate: new Date(until),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: host }, ...ip] },
    ],
  });
  return { key, cert, ...(trusted ? { ca: cert } : {}) };
}
