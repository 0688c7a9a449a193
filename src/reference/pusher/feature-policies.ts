import type { JsonObject } from '../../contract/json.ts';
import type { PusherFeatures } from '../../contract/pusher-features.ts';
import type { Grant } from './authorization.ts';
import { type ClientEvent, type ClientEventDenial, clientEventDenials } from './client-events.ts';
import type { Connection } from './hub.ts';
import type { ChannelEvent } from './job.ts';
import { type Member, rosterOf } from './member.ts';
import { errorMessage, type Message } from './protocol.ts';
import { authorizeUser, type SignInClaim } from './sign-in.ts';

/** Every decision of the features beyond private channels that a fault can bend. */
export interface FeaturePolicies {
  /** What the confirmation of a presence channel tells of who is there. */
  readonly roster: (members: readonly Member[]) => JsonObject;
  /** Whether the others are told, given how many other connections the user has there. */
  readonly announces: (what: 'added' | 'removed', others: number) => boolean;
  /** Who is told of a member: all but its own connection. */
  readonly toldOf: (subject: Connection, there: Iterable<Connection>) => Iterable<Connection>;
  readonly memberMessage: (what: 'added' | 'removed', channel: string, member: Member) => Message;
  /** What is against a client event. */
  readonly clientEventDenials: (event: ClientEvent, from: Connection) => readonly ClientEventDenial[];
  readonly clientEventsPerSecond: () => number;
  readonly tooManyClientEvents: (channel: string) => readonly Message[];
  /** The code with which whoever sends too many is closed: it is not. */
  readonly closesTalkers: () => number | undefined;
  /** A client event as it is relayed. `userId`: who sent it, as far as that was signed. */
  readonly clientEvent: (event: ClientEvent, userId: string | undefined) => Message;
  readonly clientEventAudience: (from: Connection, there: Iterable<Connection>) => Iterable<Connection>;
  /** Whether the last event of a channel is remembered. */
  readonly caches: (channel: string) => boolean;
  /** What a new subscriber of a cache channel is told after the confirmation. */
  readonly replay: (channel: string, last: ChannelEvent | undefined) => readonly Message[];
  readonly authorizeUser: (claim: SignInClaim) => Grant;
  readonly signedIn: (userData: string) => readonly Message[];
  readonly signInRefused: (reason: string) => readonly Message[];
}

/** The features as the rules ask for them. */
export function featurePolicies(features: PusherFeatures): FeaturePolicies {
  const { rate } = features['client-events'];
  const cached = Object.values(features.cache.channels).flatMap((kind) =>
    'replayed' in kind ? [kind.prefix] : [],
  );
  return {
    roster: rosterOf,
    announces: (_what, others) => others === 0,
    toldOf: others,
    memberMessage: (what, channel, { userId, userInfo }) => ({
      event: `pusher_internal:member_${what}`,
      channel,
      data: {
        user_id: userId,
        ...(what === 'removed' || userInfo === undefined ? {} : { user_info: userInfo }),
      },
    }),
    clientEventDenials,
    clientEventsPerSecond: () => rate.perSecond,
    tooManyClientEvents: (channel) => [errorMessage('Too many client events', rate.code, channel)],
    closesTalkers: () => undefined,
    clientEvent: ({ event, channel, data }, userId) => ({
      event,
      channel,
      ...(data === undefined ? {} : { data }),
      ...(userId === undefined ? {} : { user_id: userId }),
    }),
    clientEventAudience: others,
    caches: (channel) => cached.some((prefix) => channel.startsWith(prefix)),
    replay: (channel, last) => [
      last ? { event: last.name, channel, data: last.data } : { event: 'pusher:cache_miss', channel },
    ],
    authorizeUser,
    signedIn: (userData) => [{ event: 'pusher:signin_success', data: { user_data: userData } }],
    signInRefused: (reason) => [errorMessage(`The sign-in was refused: ${reason}`)],
  };
}

function others(but: Connection, there: Iterable<Connection>): Iterable<Connection> {
  return [...there].filter((connection) => connection !== but);
}
