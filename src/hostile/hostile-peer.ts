import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { SurfaceName } from '../contract/requirement.ts';

/** Where the good server is, behind a peer that is good at times or in part. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
}

/** One connection that came to a peer. */
export interface Meeting {
  readonly socket: Socket;
  /** Which of its connections this is, from 1. */
  readonly nth: number;
  readonly upstream: Upstream;
  /** Takes no more connections and drops those there are: the peer is dead from now on. */
  readonly die: () => void;
}

/** A certificate that a peer shows, and what the target file trusts. */
export interface Disguise {
  readonly key: string;
  readonly cert: string;
  /** PEM for `tls.ca` of the target file; absent: nothing but the usual roots is trusted. */
  readonly ca?: string;
}

interface Named {
  /** What rows of `hostile.yaml` know it by. */
  readonly name: string;
  /** A sentence without its subject: what it does to whoever connects. */
  readonly says: string;
  readonly surfaces: readonly SurfaceName[];
}

/** It stands where the WebSocket URL of a target points, and has the socket to itself. */
export interface SocketPeer extends Named {
  readonly kind: 'socket';
  /** Whether the target file says `wss://`. @default ws */
  readonly scheme?: 'ws' | 'wss';
  /** Speaks TLS, with this certificate. */
  readonly disguise?: () => Promise<Disguise>;
  readonly meet: (meeting: Meeting) => void;
}

/** It stands before the good server's HTTP, lets everything pass, and misbehaves on one route. */
export interface HttpPeer extends Named {
  readonly kind: 'http';
  readonly method?: string;
  /** Matches the path of what it spoils. */
  readonly route: RegExp;
  readonly spoil: (request: IncomingMessage, response: ServerResponse) => void;
}

/** There is nothing at the end of its URL. */
export interface AbsentPeer extends Named {
  readonly kind: 'absent';
  /** Host and port that nobody listens on. */
  readonly authority: () => Promise<string>;
}

/** A server that misbehaves in one way, in a few lines. */
export type HostilePeer = SocketPeer | HttpPeer | AbsentPeer;

/** Every surface there is: what most peers do is beneath all of them. */
export const everySurface = ['emit', 'beam', 'pusher'] as const satisfies readonly SurfaceName[];

/** Declares a peer on the socket. */
export function onSocket(
  name: string,
  says: string,
  meet: SocketPeer['meet'],
  more: Partial<Pick<SocketPeer, 'surfaces' | 'scheme' | 'disguise'>> = {},
): SocketPeer {
  return { kind: 'socket', name, says, surfaces: everySurface, meet, ...more };
}

/**
 * Peers whose misdeeds are met beneath the surfaces, by the code that all of them share: one surface for each,
 * in turn.
 */
export function inTurn(peers: readonly HostilePeer[]): HostilePeer[] {
  return peers.map((peer, n) => {
    const at = n % everySurface.length;
    return { ...peer, surfaces: everySurface.slice(at, at + 1) };
  });
}
