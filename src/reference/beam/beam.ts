import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { WebSocket } from 'ws';
import { connectionName, createSocketServer, refuseUpgrade, targetOf } from '../handshake.ts';
import { bent, type ReferenceContext, type SurfaceServer } from '../surface-server.ts';
import { serveConnection } from './connection.ts';
import { type Keyring, presentedBy } from './door.ts';
import { type Endpoint, endpointsOf } from './endpoint.ts';
import { beamPolicies, type Peer } from './policies.ts';
import { beamTargets } from './targets.ts';

/** The Beam surface of the reference server: an endpoint at `/beam/{dialect}/` for each dialect. */
export function createBeam(context: ReferenceContext): SurfaceServer {
  const policies = bent(beamPolicies, context.faults, 'beam');
  const endpoints = endpointsOf(context);
  const revoked = new Set(endpoints.map(({ tokens }) => tokens.revoked));
  const peers = new Map<Endpoint, Set<Peer>>(endpoints.map((endpoint) => [endpoint, new Set()]));
  const sockets = createSocketServer();
  const connections = new Set<Duplex>();
  let dead = false;

  sockets.on('headers', (lines) => {
    lines.splice(0, lines.length, ...policies.handshake([...lines]));
  });

  const die = (): void => {
    dead = true;
    for (const connection of connections) reset(connection);
  };
  const open = (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    then: (opened: WebSocket) => void,
  ): void => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    sockets.handleUpgrade(request, socket, head, then);
  };
  const serve = (endpoint: Endpoint, request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    open(request, socket, head, (opened) => {
      serveConnection(opened, {
        endpoint,
        policies,
        timers: context.timers,
        log: context.log,
        owner: connectionName(request) ?? randomUUID(),
        peers: peers.get(endpoint) ?? new Set(),
        reset: () => reset(socket),
        die,
      });
    });
  };
  const turnAway = (endpoint: Endpoint, request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const refusal = policies.refuse(endpoint);
    if (refusal.kind === 'answer') {
      const challenge = refusal.status === 401 ? { 'www-authenticate': 'Bearer' } : {};
      refuseUpgrade(socket, refusal.status, { error: 'a valid Bearer token is needed' }, challenge);
      return;
    }
    open(request, socket, head, (opened) => {
      opened.on('error', () => {});
      for (const frame of refusal.frames) opened.send(frame);
      opened.close(refusal.code);
    });
  };

  return {
    surface: 'beam',
    mount(app) {
      for (const { path } of endpoints) {
        for (const channel of [path, `${path}/`]) {
          app.get(channel, () => {
            const { body, headers, status } = policies.get();
            return new Response(body, { status, headers });
          });
        }
      }
    },
    upgrade(request, socket, head) {
      const url = targetOf(request);
      if (!url || !/^\/beam(?:\/|$)/.test(url.pathname)) return false;
      socket.on('error', () => {});
      if (dead) {
        reset(socket);
        return true;
      }
      const endpoint = policies.route(url.pathname, endpoints);
      if (!endpoint) {
        refuseUpgrade(socket, 404, { error: 'no endpoint is here' });
        return true;
      }
      const { valid, revoked: former } = endpoint.tokens;
      const keys: Keyring = {
        state: (token) =>
          token !== valid && token !== former ? undefined : revoked.has(token) ? 'revoked' : 'good',
        all: () => [valid, former],
        query: endpoint.reading('A16') === 'admitted',
      };
      const admitted = policies.admit(presentedBy(request, url, endpoint.queryToken), keys);
      context.log(`beam: ${endpoint.dialect} ${admitted ? 'opens a connection' : 'turns a client away'}`);
      (admitted ? serve : turnAway)(endpoint, request, socket, head);
      return true;
    },
    control({ op, token }) {
      if (
        typeof token !== 'string' ||
        !endpoints.some(({ tokens }) => Object.values(tokens).includes(token))
      ) {
        return undefined;
      }
      if (op === 'revoke') revoked.add(token);
      else if (op === 'restore') revoked.delete(token);
      else return undefined;
      return { ok: true };
    },
    targets: (address) => beamTargets(endpoints, address),
    offers: (address) =>
      endpoints.map(
        ({ dialect, path, tokens }) =>
          `beam ${dialect}: ${address.ws}${path}/ · Authorization: Bearer ${tokens.valid}`,
      ),
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

/** Ends a connection without a close frame; with a TCP reset where there is no TLS, which node cannot reset. */
function reset(socket: Duplex): void {
  if (socket instanceof Socket && !(socket instanceof TLSSocket)) socket.resetAndDestroy();
  else socket.destroy();
}
