import { broadcast } from '../outbox.ts';
import type { EventCache } from './event-cache.ts';
import type { Connection, Hub } from './hub.ts';
import { readMember } from './member.ts';
import type { PusherPolicies } from './policies.ts';
import { membersOf, othersOf } from './presence.ts';
import { type Claim, errorMessage, isPresence, type Message } from './protocol.ts';

/** Channels that one connection may be on. */
const mostChannels = 10_000;

/** Joining and leaving channels, and telling those who are there of it. */
export interface Joining {
  /** The messages for whoever asked. */
  readonly join: (who: Connection, claim: Claim) => readonly Message[];
  readonly leave: (who: Connection, channel: string) => readonly Message[];
  /** A connection is gone, and with it all that it was on. */
  readonly gone: (who: Connection) => void;
}

export function createJoining(hub: Hub, policies: PusherPolicies, cache: EventCache): Joining {
  const tell = (what: 'added' | 'removed', who: Connection, channel: string): void => {
    const member = who.members.get(channel);
    if (!member || !policies.announces(what, othersOf(hub, channel, who, member.userId))) return;
    const told = policies.toldOf(who, hub.subscribers(channel));
    const text = policies.encode(policies.memberMessage(what, channel, member));
    broadcast(
      text,
      [...told].map(({ outbox }) => outbox),
    );
  };
  /** Who is there, in the confirmation of a presence channel. */
  const withRoster = (channel: string, messages: readonly Message[]): readonly Message[] =>
    messages.map((message) =>
      isPresence(channel) && message.event === 'pusher_internal:subscription_succeeded'
        ? { ...message, data: policies.roster(membersOf(hub, channel)) }
        : message,
    );
  const part = (who: Connection, channel: string): void => {
    hub.leave(who, channel);
    tell('removed', who, channel);
    who.members.delete(channel);
  };

  return {
    // In one turn with the answer: nothing can come before it (PS10).
    join(who, claim) {
      const { channel } = claim;
      if (who.channels.has(channel)) return withRoster(channel, policies.again(channel));
      if (who.channels.size >= mostChannels) return policies.refuse(channel, 'Too many channels');
      const grant = policies.authorizeChannel({ ...claim, app: who.app, socketId: who.socketId });
      if (grant !== true) return policies.refuse(channel, grant.reason);
      hub.join(who, channel);
      const member = isPresence(channel) ? readMember(claim.channelData) : undefined;
      if (member) who.members.set(channel, member);
      const confirmed = withRoster(channel, policies.confirm(channel));
      tell('added', who, channel);
      return policies.caches(channel)
        ? [...confirmed, ...policies.replay(channel, cache.last(who.app, channel))]
        : confirmed;
    },
    leave(who, channel) {
      if (!who.channels.has(channel)) {
        return [errorMessage(`No current subscription to channel ${channel.slice(0, 200)}`)];
      }
      if (policies.leaves(who, channel)) part(who, channel);
      return [];
    },
    gone(who) {
      for (const channel of [...who.members.keys()]) part(who, channel);
      hub.remove(who);
    },
  };
}
