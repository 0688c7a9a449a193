import type { WebSocket } from 'ws';
import { createOutbox } from '../outbox.ts';
import type { Timers } from '../surface-server.ts';
import type { App } from './apps.ts';
import { createPace } from './client-events.ts';
import type { EventCache } from './event-cache.ts';
import type { Connection, Hub } from './hub.ts';
import { createJoining } from './joining.ts';
import { keepAlive } from './keep-alive.ts';
import type { PusherPolicies, Sign } from './policies.ts';
import { type Incoming, type Message, readMessage } from './protocol.ts';
import type { Reaction } from './reactions.ts';
import { relayClientEvent } from './relay-client-event.ts';
import { userIdOf } from './sign-in.ts';

interface Parts {
  readonly policies: PusherPolicies;
  readonly hubOf: (app: App) => Hub;
  readonly cache: EventCache;
  readonly timers: Timers;
  readonly log: (line: string) => void;
}

/** Serves one socket that was let in, from its greeting to its end. `name` is what `control` knows it by. */
export type Serve = (socket: WebSocket, app: App, name: string | undefined) => void;

export function createServe({ policies, hubOf, cache, timers, log }: Parts): Serve {
  return (socket, app, name) => {
    const hub = hubOf(app);
    const outbox = createOutbox(socket);
    const socketId = policies.nextSocketId();
    const connection: Connection = {
      socketId,
      app,
      outbox,
      channels: new Set(),
      members: new Map(),
      user: undefined,
      mayTalk: createPace(policies.clientEventsPerSecond()),
      authorizedBy: new Map(),
    };
    const joining = createJoining(hub, policies, cache);
    const say = (messages: readonly Message[]): void => {
      for (const message of messages) outbox.send(policies.encode(message));
    };
    const watch = keepAlive(timers, policies.idle(), {
      owner: name ?? socketId,
      ask(how) {
        if (how === 'event') say([{ event: 'pusher:ping', data: {} }]);
        else if (socket.readyState === socket.OPEN) socket.ping();
      },
      close: (code) => outbox.close(code, 'Pong reply not received in time'),
    });
    const came = (sign: Sign): void => {
      if (policies.countsAsLife(sign)) watch.alive();
    };
    const perform = (reaction: Reaction): void => {
      if (reaction.do === 'send') say([reaction.message]);
      else if (reaction.do === 'subscribe') say(joining.join(connection, reaction.claim));
      else if (reaction.do === 'unsubscribe') say(joining.leave(connection, reaction.channel));
      else if (reaction.do === 'pass-on') say(relayClientEvent(reaction.event, connection, hub, policies));
      else if (reaction.do === 'sign-in') say(signIn(connection, reaction, policies));
      else if (reaction.do === 'relay') relay(reaction.message, hub, policies);
      else if (reaction.do === 'close') outbox.close(reaction.code, reaction.reason);
      else socket.terminate();
    };

    hub.add(connection);
    socket
      .on('message', (data, binary) => {
        try {
          const incoming = read(data, binary);
          came(incoming.kind);
          for (const reaction of policies.react(incoming)) perform(reaction);
        } catch (cause) {
          // A mistake of ours costs this connection, never the process.
          log(`pusher: ${socketId} failed: ${String(cause)}`);
          socket.terminate();
        }
      })
      .on('ping', () => came('control-ping'))
      .on('pong', () => came('control-pong'))
      .on('close', (code) => {
        watch.stop();
        joining.gone(connection);
        log(`pusher: ${socketId} is gone (${code})`);
      });
    say(policies.greet(socketId));
    log(`pusher: ${socketId} is connected to ${app.dialect}`);
  };
}

function relay(message: Message, hub: Hub, policies: PusherPolicies): void {
  for (const { outbox } of hub.subscribers(message.channel ?? '')) outbox.send(policies.encode(message));
}

function signIn(
  who: Connection,
  { auth, userData }: Extract<Reaction, { do: 'sign-in' }>,
  policies: PusherPolicies,
): readonly Message[] {
  const { app, socketId, user: current } = who;
  const grant = policies.authorizeUser({ app, socketId, auth, userData, current });
  if (grant !== true) return policies.signInRefused(grant.reason);
  who.user = userIdOf(userData);
  return policies.signedIn(userData);
}

function read(data: WebSocket.RawData, binary: boolean): Incoming {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
  return readMessage(bytes.toString('utf8'), binary);
}
