import type { WebSocket } from 'ws';
import { createOutbox } from '../outbox.ts';
import type { Timers } from '../surface-server.ts';
import type { App } from './apps.ts';
import type { Connection, Hub } from './hub.ts';
import { keepAlive } from './keep-alive.ts';
import type { PusherPolicies, Sign } from './policies.ts';
import { type Claim, errorMessage, type Incoming, type Message, readMessage } from './protocol.ts';
import type { Reaction } from './reactions.ts';

interface Parts {
  readonly policies: PusherPolicies;
  readonly hubOf: (app: App) => Hub;
  readonly timers: Timers;
  readonly log: (line: string) => void;
}

/** Channels that one connection may be on. */
const mostChannels = 10_000;

/** Serves one socket that was let in, from its greeting to its end. `name` is what `control` knows it by. */
export type Serve = (socket: WebSocket, app: App, name: string | undefined) => void;

export function createServe({ policies, hubOf, timers, log }: Parts): Serve {
  return (socket, app, name) => {
    const hub = hubOf(app);
    const outbox = createOutbox(socket);
    const socketId = policies.nextSocketId();
    const connection: Connection = { socketId, app, outbox, channels: new Set(), authorizedBy: new Map() };
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
      else if (reaction.do === 'subscribe') say(subscribe(connection, hub, reaction.claim, policies));
      else if (reaction.do === 'unsubscribe') say(unsubscribe(connection, hub, reaction.channel, policies));
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
        hub.remove(connection);
        log(`pusher: ${socketId} is gone (${code})`);
      });
    say(policies.greet(socketId));
    log(`pusher: ${socketId} is connected to ${app.dialect}`);
  };
}

function relay(message: Message, hub: Hub, policies: PusherPolicies): void {
  for (const { outbox } of hub.subscribers(message.channel ?? '')) outbox.send(policies.encode(message));
}

/** Joins a channel if that is granted, in one turn with the answer: nothing can come before it (PS10). */
function subscribe(who: Connection, hub: Hub, claim: Claim, policies: PusherPolicies): readonly Message[] {
  const { channel } = claim;
  if (who.channels.has(channel)) return policies.again(channel);
  if (who.channels.size >= mostChannels) return policies.refuse(channel, 'Too many channels');
  const grant = policies.authorizeChannel({ ...claim, app: who.app, socketId: who.socketId });
  if (grant !== true) return policies.refuse(channel, grant.reason);
  hub.join(who, channel);
  return policies.confirm(channel);
}

function unsubscribe(
  who: Connection,
  hub: Hub,
  channel: string,
  policies: PusherPolicies,
): readonly Message[] {
  if (!who.channels.has(channel)) {
    return [errorMessage(`No current subscription to channel ${channel.slice(0, 200)}`)];
  }
  if (policies.leaves(who, channel)) hub.leave(who, channel);
  return [];
}

function read(data: WebSocket.RawData, binary: boolean): Incoming {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
  return readMessage(bytes.toString('utf8'), binary);
}
