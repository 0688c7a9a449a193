import type { Outbox } from '../outbox.ts';
import type { App } from './apps.ts';
import type { Member } from './member.ts';

/** One connection that was established. */
export interface Connection {
  readonly socketId: string;
  readonly app: App;
  readonly outbox: Outbox;
  readonly channels: Set<string>;
  /** Who it is on each of its presence channels, as that was signed. */
  readonly members: Map<string, Member>;
  /** The user that it has signed in as. */
  user: string | undefined;
  /** Whether another client event is within its rate. */
  readonly mayTalk: () => boolean;
  /** The token that a signature for this socket was asked for with, by channel (A37). */
  readonly authorizedBy: Map<string, string>;
}

/** Who is connected to one app, and who is on which of its channels. */
export interface Hub {
  readonly add: (connection: Connection) => void;
  readonly remove: (connection: Connection) => void;
  readonly join: (connection: Connection, channel: string) => void;
  readonly leave: (connection: Connection, channel: string) => void;
  readonly subscribers: (channel: string) => ReadonlySet<Connection>;
  /** Occupied channels. */
  readonly channels: () => Iterable<string>;
  readonly connections: () => Iterable<Connection>;
  readonly find: (socketId: string) => Connection | undefined;
}

const nobody: ReadonlySet<Connection> = new Set();

export function createHub(): Hub {
  // Several, should a fault give two connections one socket id.
  const all = new Set<Connection>();
  const bySocket = new Map<string, Connection>();
  const byChannel = new Map<string, Set<Connection>>();

  const leave = (connection: Connection, channel: string): void => {
    connection.channels.delete(channel);
    const there = byChannel.get(channel);
    there?.delete(connection);
    if (there?.size === 0) byChannel.delete(channel);
  };

  return {
    add(connection) {
      all.add(connection);
      bySocket.set(connection.socketId, connection);
    },
    remove(connection) {
      for (const channel of [...connection.channels]) leave(connection, channel);
      all.delete(connection);
      if (bySocket.get(connection.socketId) === connection) bySocket.delete(connection.socketId);
    },
    join(connection, channel) {
      const there = byChannel.get(channel) ?? new Set();
      byChannel.set(channel, there.add(connection));
      connection.channels.add(channel);
    },
    leave,
    subscribers: (channel) => byChannel.get(channel) ?? nobody,
    channels: () => byChannel.keys(),
    connections: () => all,
    find: (socketId) => bySocket.get(socketId),
  };
}
