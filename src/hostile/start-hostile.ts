import { createServer as createHttpServer, request as forward } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { HostilePeer, HttpPeer, SocketPeer, Upstream } from './hostile-peer.ts';

/** A running peer, in the words of a target file. */
export interface Hostile {
  /** Origin of its WebSocket URLs; absent where only its HTTP is its own. */
  readonly ws?: string;
  /** Origin of its HTTP URLs; absent where only its WebSocket is its own. */
  readonly http?: string;
  /** PEM for `tls.ca`. */
  readonly ca?: string;
  readonly close: () => Promise<void>;
}

/** Starts a peer on loopback, before a good server that it may pass things on to. */
export async function startHostile(peer: HostilePeer, upstream: Upstream): Promise<Hostile> {
  switch (peer.kind) {
    case 'absent':
      return { ws: `ws://${await peer.authority()}`, close: async () => {} };
    case 'http': {
      const { port, close } = await listen(proxy(peer, upstream));
      return { http: `http://127.0.0.1:${port}`, close };
    }
    case 'socket':
      return startOnSocket(peer, upstream);
  }
}

async function startOnSocket(peer: SocketPeer, upstream: Upstream): Promise<Hostile> {
  const disguise = await peer.disguise?.();
  let nth = 0;
  let die = (): void => {};
  const meet = (socket: Socket): void => {
    nth += 1;
    socket.on('error', () => {});
    peer.meet({ socket, nth, upstream, die: () => die() });
  };
  const options = { allowHalfOpen: true };
  const server = disguise
    ? createTlsServer({ ...options, key: disguise.key, cert: disguise.cert }, meet)
    : createServer(options, meet);
  server.on('tlsClientError', () => {});
  const { port, close } = await listen(server);
  // The connection at hand is one of those that are dropped.
  die = () => void setImmediate(close);
  const ca = disguise?.ca;
  return { ws: `${peer.scheme ?? 'ws'}://127.0.0.1:${port}`, close, ...(ca === undefined ? {} : { ca }) };
}

/** Everything but one route goes to the good server, and its answers come back as they are. */
function proxy({ method = 'POST', route, spoil }: HttpPeer, { host, port }: Upstream): Server {
  return createHttpServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    request.on('error', () => {});
    response.on('error', () => {});
    if (request.method === method && route.test(pathname)) {
      request.resume().on('end', () => spoil(request, response));
      return;
    }
    const { url, headers } = request;
    const onward = forward({ host, port, path: url, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
}

/** Listens on any free port; closing drops whoever is connected. */
async function listen(server: Server): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
    return closing;
  };
  return { port, close };
}
