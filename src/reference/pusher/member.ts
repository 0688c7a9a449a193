import { isObject, type Json, type JsonObject, parseJson } from '../../contract/json.ts';

/** A user on a presence channel, as it was signed. */
export interface Member {
  readonly userId: string;
  readonly userInfo: Json | undefined;
}

/** The member that channel_data tells of; undefined where it has no user_id. */
export function readMember(channelData: string | undefined): Member | undefined {
  const data = channelData === undefined ? undefined : parseJson(channelData);
  if (!isObject(data)) return undefined;
  const { user_id: id, user_info: userInfo } = data;
  if (typeof id !== 'number' && (typeof id !== 'string' || id === '')) return undefined;
  return { userId: String(id), userInfo };
}

/** What a confirmation tells of who is there (PM1). */
export function rosterOf(members: readonly Member[]): JsonObject {
  return {
    presence: {
      count: members.length,
      ids: members.map(({ userId }) => userId),
      hash: Object.fromEntries(members.map(({ userId, userInfo }) => [userId, userInfo ?? null])),
    },
  };
}
