import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Contract } from '../../contract/contract.ts';

/** What an impostor says to an HTTP request. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A request as an impostor sees it: whatever it is, nothing is looked up for it. */
export interface Asked {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly body: string;
}

/** A server that knows nothing of jobs, however much it says. On every path of every surface it does the same. */
export interface Impostor {
  readonly id: string;
  /** What it does, in a clause. */
  readonly says: string;
  /** Called once for each server, so that it may hold state; deterministic, whatever seed it needs is in it. */
  readonly make: (contract: Contract) => Manners;
}

/** How an impostor behaves: beneath HTTP, or as a server of HTTP and WebSockets. */
export type Manners =
  | { readonly kind: 'raw'; readonly connected: (socket: Socket) => void }
  | {
      readonly kind: 'http';
      readonly answer: (asked: Asked) => Answer;
      /** Absent: upgrades are answered as other requests are. */
      readonly stream?: (socket: WebSocket, request: IncomingMessage) => void;
    };
