import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { InputError } from '../contract/contract.ts';
import { refuseUpgrade } from './handshake.ts';
import type { SurfaceServer } from './surface-server.ts';
import type { Certificate } from './tls.ts';

/** Milliseconds in which open sockets may finish once the server closes. */
const grace = 200;

/** The one port that all surfaces share. */
export interface Listener {
  readonly port: number;
  readonly close: () => Promise<void>;
}

interface Parts {
  readonly app: Hono;
  readonly surfaces: readonly SurfaceServer[];
  readonly host: string;
  readonly port: number;
  readonly certificate?: Certificate;
  readonly log: (line: string) => void;
}

/** @throws InputError where the port cannot be had. */
export async function createListener({
  app,
  surfaces,
  host,
  port,
  certificate,
  log,
}: Parts): Promise<Listener> {
  const respond = getRequestListener(app.fetch, {
    hostname: host,
    overrideGlobalObjects: false,
    errorHandler: () => Response.json({ error: 'This is no valid HTTP request' }, { status: 400 }),
  });
  const server: Server = certificate
    ? createSecureServer({ ...certificate }, respond)
    : createServer(respond);
  const sockets = new Set<Socket>();
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // From here on Node no longer listens for errors of this socket; unheard, one would end the process.
    socket.on('error', () => {});
    try {
      if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
        refuseUpgrade(socket, 400, { error: 'Only websocket can be upgraded to' });
      } else if (!surfaces.some((surface) => surface.upgrade(request, socket, head))) {
        refuseUpgrade(socket, 404, { error: 'There is no such stream' });
      }
    } catch (cause) {
      log(`upgrade failed: ${(cause as Error).message}`);
      refuseUpgrade(socket, 500, { error: 'Internal error' });
    }
  };
  server.on('upgrade', upgrade);
  const isMixed = certificate !== undefined && surfaces.some(({ inTheClear }) => inTheClear);
  const front: NetServer = isMixed ? mixed(server, createServer(respond).on('upgrade', upgrade)) : server;
  front.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.on('clientError', (_cause, socket: Duplex) => {
    if (socket.writable) refuseUpgrade(socket, 400, { error: 'This is no valid HTTP request' });
    else socket.destroy();
  });

  await new Promise<void>((resolve, reject) => {
    front.once('error', (cause: NodeJS.ErrnoException) => {
      const reason =
        cause.code === 'EADDRINUSE' ? 'is taken; choose another, or 0 for any' : `fails: ${cause.message}`;
      reject(new InputError(`port ${port} on ${host} ${reason}`, { cause }));
    });
    front.listen(port, host, resolve);
  });
  front.on('error', (cause) => log(`server: ${cause.message}`));

  return {
    port: (front.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, grace);
        front.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** The first byte of a TLS handshake. */
const handshake = 0x16;

/** One port for both: whoever begins with a TLS handshake is for `secure`, everybody else for `plain`. */
function mixed(secure: Server, plain: Server): NetServer {
  return createNetServer((socket) => {
    socket.once('readable', () => {
      const head: Buffer | null = socket.read();
      if (head === null) return;
      socket.unshift(head);
      (head[0] === handshake ? secure : plain).emit('connection', socket);
    });
  });
}
