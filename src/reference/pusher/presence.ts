import type { Connection, Hub } from './hub.ts';
import type { Member } from './member.ts';

/** The users of a channel, each once, in the order in which they came. */
export function membersOf(hub: Hub, channel: string): readonly Member[] {
  const byId = new Map<string, Member>();
  for (const { members } of hub.subscribers(channel)) {
    const member = members.get(channel);
    if (member && !byId.has(member.userId)) byId.set(member.userId, member);
  }
  return [...byId.values()];
}

/** How many other connections of a user are on a channel. */
export function othersOf(hub: Hub, channel: string, who: Connection, userId: string): number {
  return [...hub.subscribers(channel)].filter(
    (other) => other !== who && other.members.get(channel)?.userId === userId,
  ).length;
}
