import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { connectionName, createSocketServer, refuseUpgrade, targetOf } from '../handshake.ts';
import type { Serve } from './connections.ts';
import type { PusherPolicies } from './policies.ts';

/** The WebSocket door: `/app/{key}` and whatever lies below. */
export interface Sockets {
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
  readonly close: () => void;
}

export function createSockets(policies: PusherPolicies, serve: Serve): Sockets {
  const server = createSocketServer({ autoPong: policies.answersControlPings() });
  return {
    upgrade(request, socket, head) {
      const url = targetOf(request);
      if (!url || !/^\/app(\/|$)/.test(url.pathname)) return false;
      const admission = policies.admit({ path: url.pathname, query: url.searchParams });
      try {
        server.handleUpgrade(request, socket, head, (open) => {
          // Whatever breaks a socket ends in 'close'.
          open.on('error', () => {});
          if ('app' in admission) {
            serve(open, admission.app, connectionName(request));
            return;
          }
          // The handshake is completed: a browser learns the reason from a close frame only.
          const { code, reason } = admission;
          for (const message of policies.farewell(code, reason)) open.send(policies.encode(message));
          open.close(code, reason);
        });
      } catch {
        refuseUpgrade(socket, 400, { error: 'Bad Request' });
      }
      return true;
    },
    close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
