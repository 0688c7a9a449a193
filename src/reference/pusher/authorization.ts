import type { Json } from '../../contract/json.ts';
import type { PusherRules } from '../../contract/pusher-rules.ts';
import type { App, Bearer } from './apps.ts';
import { readMember } from './member.ts';
import { type Claim, isChannelName, isGuarded, isPresence, isSocketId } from './protocol.ts';
import { channelAuth, sameText } from './signing.ts';

/** A subscription that somebody wants: whose, and what it rests on. */
export interface SubscriptionClaim extends Claim {
  readonly app: App;
  readonly socketId: string;
}

/** Whether a subscription is granted; what it is refused for, else. */
export type Grant = true | { readonly reason: string };

/** A channel opens to everybody, or to the app's key and a signature over this socket and this channel (PS3). */
export function subscriptionAuthority(
  { limits }: PusherRules,
  reading: (point: string) => string,
): (claim: SubscriptionClaim) => Grant {
  return ({ app, socketId, channel, auth, channelData }) => {
    if (!isChannelName(channel, limits.channelName)) return { reason: 'Invalid channel name' };
    if (!isGuarded(channel)) return true;
    if (typeof auth !== 'string') return { reason: 'This channel needs a signature' };
    if (isPresence(channel) && !readMember(channelData)) return { reason: 'channel_data has no user_id' };
    const expected = channelAuth(app, socketId, channel, channelData);
    const given = reading('P.upper-case') === 'admitted' ? lowerSignature(auth) : auth;
    return sameText(given, expected) || { reason: 'The signature is invalid' };
  };
}

function lowerSignature(auth: string): string {
  const colon = auth.lastIndexOf(':');
  return auth.slice(0, colon + 1) + auth.slice(colon + 1).toLowerCase();
}

/** A request to the auth endpoint, as it came. */
export interface AuthRequest {
  readonly method: string;
  readonly encoding: 'form' | 'json' | 'query' | 'other';
  readonly authorization: string | undefined;
  /** Whose token it is, if anybody's. */
  readonly bearer: Bearer | undefined;
  readonly socketId: Json | undefined;
  readonly channel: Json | undefined;
}

/** A signature for this socket and channel, or a status. */
export type AuthDecision =
  | { readonly app: App; readonly socketId: string; readonly channel: string }
  | { readonly status: number; readonly message: string };

/** A client gets a signature for its own channel and for no other (M17, M26, D36, D42). */
export function endpointAuthority(
  rules: PusherRules,
  reading: (point: string) => string,
): (request: AuthRequest) => AuthDecision {
  const refuse = (point: string, message: string): AuthDecision => ({
    status: Number(reading(point)),
    message,
  });
  const [prefix = ''] = rules.names.channel.split('{id}');
  return ({ method, bearer, socketId, channel }) => {
    if (method !== 'POST' && !(method === 'GET' && reading('P.auth-get') === 'signed')) {
      return { status: 405, message: 'Method Not Allowed' };
    }
    if (!bearer || bearer.revoked) return refuse('A9.credential', 'Unauthenticated.');
    if (typeof socketId !== 'string' || !isSocketId(socketId))
      return refuse('A9.malformed', 'The socket_id is invalid.');
    if (typeof channel !== 'string' || !isChannelName(channel, rules.limits.channelName)) {
      return refuse('A9.malformed', 'The channel_name is invalid.');
    }
    const id = channel.startsWith(prefix) ? channel.slice(prefix.length) : '';
    if (id === '' || id.includes('.')) return refuse('A9.shape', 'This channel is nobody\u2019s.');
    if (id !== bearer.client.id) return refuse('A9.channel', 'This channel is another client\u2019s.');
    return { app: bearer.app, socketId, channel };
  };
}
