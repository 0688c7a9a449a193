import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SurfaceName } from '../../contract/requirement.ts';
import { markerOf } from '../wire/marker.ts';
import { placesOfJob } from '../wire/pusher-session.ts';

/** What a toy target does wrong, on channel 0 and to everyone there; on beam to everyone. */
export interface ToyFaults {
  readonly drop?: number;
  readonly double?: number;
  /** This one comes after the next. */
  readonly swap?: number;
  /** Also sent on channel 0, though it belongs to channel 1. */
  readonly leak?: number;
  /** Upgrades that are never answered. */
  readonly silent?: boolean;
  /** Whoever has left, and asks whether that is over, is told so and sent number 0 (pusher). */
  readonly ghosts?: boolean;
}

export const toyKey = 'toy';
export const toySecret = 'shh';

/** A server that is just enough of a surface for a driver to be tested against, and keeps what it was told. */
export interface ToyTarget {
  readonly port: number;
  /** Addresses that were asked for. */
  readonly asked: readonly string[];
  /** Messages of all who are connected. */
  readonly told: readonly string[];
  /** Requests to `/auth`, which signs for whoever has the token `toy`. */
  readonly askedToSign: number;
  readonly open: () => number;
  readonly publish: (channel: number, seq: number) => void;
  /** Nobody is read any more, so that no close is ever answered. */
  readonly goDeaf: () => void;
  readonly close: () => Promise<void>;
}

interface Peer {
  readonly socket: WebSocket;
  readonly id: string;
  channel: number;
  left: boolean;
  held: string | undefined;
}

/** Starts one on loopback. Addresses: `/c/CHANNEL?token=good`; another token is answered 401. */
export async function startToyTarget(
  surface: SurfaceName,
  run: number,
  faults: ToyFaults = {},
): Promise<ToyTarget> {
  const peers = new Set<Peer>();
  const asked: string[] = [];
  const told: string[] = [];
  const ignored = new Set<Socket>();
  let askedToSign = 0;
  const http = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const isJson = request.headers['content-type'] === 'application/json';
    const fields = isJson ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
    askedToSign += 1;
    if (request.headers.authorization !== 'Bearer toy') {
      response.writeHead(403).end();
      return;
    }
    const signature = signatureOf(fields.socket_id, fields.channel_name);
    response.writeHead(200).end(JSON.stringify({ auth: `${toyKey}:${signature}` }));
  });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  http.on('upgrade', (request: IncomingMessage, socket: Socket, head) => {
    const url = new URL(request.url ?? '/', 'http://toy');
    asked.push(request.url ?? '');
    if (faults.silent) {
      ignored.add(socket);
      return;
    }
    if (url.searchParams.get('token') !== 'good') {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => welcome(ws, Number(url.pathname.split('/')[2])));
  });

  function welcome(socket: WebSocket, channel: number): void {
    const peer: Peer = {
      socket,
      id: `${peers.size + 1}.7`,
      channel: surface === 'pusher' ? -1 : channel,
      left: false,
      held: undefined,
    };
    peers.add(peer);
    socket.on('close', () => peers.delete(peer));
    socket.on('message', (data) => {
      told.push(String(data));
      heard(peer, String(data));
    });
    if (surface === 'emit') socket.send('{"type":"init","status":"pending","data":null}');
    if (surface === 'pusher') {
      const data = JSON.stringify({ socket_id: peer.id, activity_timeout: 120 });
      socket.send(JSON.stringify({ event: 'pusher:connection_established', data }));
      socket.send('{"event":"pusher:ping","data":{}}');
    }
  }

  function heard(peer: Peer, text: string): void {
    const message = JSON.parse(text) as {
      readonly nonce?: string;
      readonly event?: string;
      readonly data?: { readonly channel?: string; readonly auth?: string };
    };
    if (message.nonce !== undefined) answer(peer, message.nonce);
    const name = message.data?.channel ?? '';
    switch (message.event) {
      case 'pusher:subscribe': {
        const auth = message.data?.auth ?? '';
        if (auth !== `${toyKey}:${signatureOf(peer.id, name)}`) {
          peer.socket.send('{"event":"pusher:error","data":{"code":4009,"message":"no"}}');
          return;
        }
        peer.channel = Number(name.split('-').at(-1));
        peer.socket.send(
          JSON.stringify({ event: 'pusher_internal:subscription_succeeded', channel: name, data: '{}' }),
        );
        return;
      }
      case 'pusher:unsubscribe':
        peer.left = true;
        return;
      case 'pusher:ping':
        peer.socket.send('{"event":"pusher:pong","data":{}}');
        if (peer.left && faults.ghosts) peer.socket.send(frameOf(surface, run, peer.channel, 0));
    }
  }

  /** On beam: the answer to an input, with the faults of its number. */
  function answer(peer: Peer, nonce: string): void {
    const seq = Number.parseInt(nonce.slice(-12), 16);
    bent(peer, seq, JSON.stringify({ type: 'event', payload: { nonce } }));
  }

  function bent(peer: Peer, seq: number, frame: string): void {
    if (seq === faults.drop) return;
    if (seq === faults.swap) {
      peer.held = frame;
      return;
    }
    peer.socket.send(frame);
    if (seq === faults.double) peer.socket.send(frame);
    if (peer.held !== undefined) peer.socket.send(peer.held);
    peer.held = undefined;
  }

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    port: (http.address() as AddressInfo).port,
    asked,
    told,
    get askedToSign() {
      return askedToSign;
    },
    open: () => peers.size,
    publish: (channel, seq) => {
      const frame = frameOf(surface, run, channel, seq);
      for (const peer of peers) {
        if (peer.channel === 0 && channel === 1 && seq === faults.leak) peer.socket.send(frame);
        if (peer.channel !== channel || peer.left) continue;
        if (channel === 0) bent(peer, seq, frame);
        else peer.socket.send(frame);
      }
    },
    goDeaf: () => {
      for (const { socket } of peers) (socket as unknown as { readonly _socket: Socket })._socket.pause();
    },
    close: async () => {
      for (const { socket } of peers) socket.terminate();
      for (const socket of ignored) socket.destroy();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

function signatureOf(socketId: string, channel: string): string {
  return createHmac('sha256', toySecret).update(`${socketId}:${channel}`).digest('hex');
}

function frameOf(surface: SurfaceName, run: number, channel: number, seq: number): string {
  if (surface === 'pusher') {
    const place = seq % placesOfJob;
    const data = JSON.stringify({
      request_id: markerOf({ run, channel, number: Math.floor(seq / placesOfJob) }),
      status: 'in_progress',
      // A number in one half of the documents, a string in the other.
      progress: channel === 0 ? place * 10 : (place * 10).toFixed(2),
    });
    return JSON.stringify({ event: 'request.status.updated', channel: `private-toy-${channel}`, data });
  }
  return JSON.stringify({
    type: 'progress',
    data: { progress: { mark: markerOf({ run, channel, number: seq }) } },
  });
}
