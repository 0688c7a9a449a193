import { WebSocket } from 'ws';
import type { Timers } from '../surface-server.ts';
import { createBacklog } from './backlog.ts';
import type { Endpoint } from './endpoint.ts';
import { HandlerFailure } from './handler.ts';
import type { BeamPolicies, Effect, Incoming, Peer } from './policies.ts';

/** Bytes that may wait for a slow client; beyond them nothing more is produced for it. */
export const unreadLimit = 1024 * 1024;

/** What an open connection needs of its surroundings. */
export interface Surroundings {
  readonly endpoint: Endpoint;
  readonly policies: BeamPolicies;
  readonly timers: Timers;
  /** Whose timers these are: what the client named the connection, or an id of ours. */
  readonly owner: string;
  /** Open connections of this endpoint, this one among them once it is served. */
  readonly peers: Set<Peer>;
  readonly log: (line: string) => void;
  /** Resets the TCP connection. */
  readonly reset: () => void;
  /** Takes the whole surface down. */
  readonly die: () => void;
}

/** Serves one open connection until it closes: heartbeats out, inputs in, outputs first in, first out. */
export function serveConnection(socket: WebSocket, around: Surroundings): void {
  const { endpoint, policies, timers, owner, peers } = around;
  const open = (): boolean => socket.readyState === WebSocket.OPEN;
  const cancels = new Set<() => void>();
  let inputs = 0;
  let muted = false;

  const own: Peer = {
    send: ({ data, binary }) => {
      if (open() && !muted) socket.send(data, { binary });
    },
  };
  const later = (ms: number, run: () => void): void => {
    const timer = timers.set(owner, ms, () => {
      cancels.delete(timer.cancel);
      run();
    });
    cancels.add(timer.cancel);
  };

  const effectsOf = (message: Incoming): readonly Effect[] => {
    const input = policies.decode(message, inputs++);
    if (!input) return policies.stumble(message, endpoint);
    try {
      const outputs = policies.order(policies.answer(input, endpoint.handlerKey));
      return outputs.map((output) => ({ kind: 'send', output }));
    } catch (cause) {
      if (cause instanceof HandlerFailure) return policies.fail(cause.message, endpoint);
      throw cause;
    }
  };
  const perform = (effect: Effect): void => {
    switch (effect.kind) {
      case 'send':
        policies.address(own, [...peers]).send(policies.encode(effect.output));
        break;
      case 'close':
        socket.close(effect.code, effect.reason);
        break;
      case 'reset':
        around.reset();
        break;
      case 'mute':
        muted = true;
        break;
      case 'die':
        around.die();
        break;
    }
  };
  const backlog = createBacklog({
    effectsOf,
    perform,
    open,
    interleaved: endpoint.reading('A20.streams') === 'interleaved',
    full: () => socket.bufferedAmount > unreadLimit,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    broken: (cause) => {
      around.log(`beam: ${cause instanceof Error ? cause.message : String(cause)}`);
      socket.close(1011, 'internal error');
    },
  });

  peers.add(own);
  for (const message of policies.greet(endpoint)) own.send(message);
  const heartbeat = policies.heartbeat(endpoint.heartbeat);
  if (heartbeat) {
    const { match, everyMs } = heartbeat;
    const beat = (): void => {
      if (socket.bufferedAmount <= unreadLimit) own.send(policies.beat(match));
      later(everyMs, beat);
    };
    if (heartbeat.first) beat();
    else later(everyMs, beat);
  }
  const patience = policies.patience();
  if (patience !== undefined) {
    later(patience, () => {
      if (inputs === 0) socket.close(1000, 'nothing to do');
    });
  }

  socket.on('message', (data: Buffer, binary) => backlog.push({ data, binary }));
  // What is wrong with a frame, ws answers with a close of its own; 'close' follows in any case.
  socket.on('error', () => {});
  socket.on('close', () => {
    peers.delete(own);
    for (const cancel of cancels) cancel();
    backlog.clear();
  });
}
