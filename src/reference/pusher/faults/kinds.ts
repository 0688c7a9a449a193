import { apps, bearerToken, type Client } from '../apps.ts';
import type { AuthRequest, SubscriptionClaim } from '../authorization.ts';
import { channelAuth } from '../signing.ts';

/** Which row of the auth matrices a request is: what the faults that admit one row go by. */

/** The row of `channelAuth.rows` that a claim on a private channel is; undefined: the right one, or none. */
export function signatureKind(claim: SubscriptionClaim): string | undefined {
  const { app, socketId, channel, auth, channelData } = claim;
  if (auth === undefined) return 'none';
  if (auth === null) return 'null-auth';
  if (typeof auth === 'number') return 'number-auth';
  if (typeof auth !== 'string') return 'object-auth';
  if (auth === '') return 'empty';
  const right = channelAuth(app, socketId, channel, channelData).slice(app.key.length + 1);
  const [key, signature] = auth.includes(':')
    ? [auth.slice(0, auth.indexOf(':')), auth.slice(auth.indexOf(':') + 1)]
    : [undefined, auth];
  if (key === undefined) return signature === right ? 'no-key' : 'garbage';
  if (signature === right) return key === app.key ? undefined : key === '' ? 'empty-key' : 'wrong-key';
  if (key !== app.key) return 'garbage';
  if (signature === '') return 'key-alone';
  if (signature.length < right.length) return 'truncated';
  if (signature.length > right.length) return 'extended';
  if (signature === right.toUpperCase()) return 'upper-case';
  const bare = channelAuth(app, socketId, channel).slice(app.key.length + 1);
  if (channelData !== undefined && signature === bare) return 'unsigned-data';
  const forOther = app.clients.some(
    ({ id }) => channelAuth(app, socketId, `private-client.${id}`) === auth && !channel.endsWith(`.${id}`),
  );
  return forOther ? 'other-channel' : 'other-signature';
}

/** The rows of `authEndpoint.rows` that a request can be of, by its token, its channel, its socket and its method. */
export function requestKinds(request: AuthRequest): readonly string[] {
  return [tokenKind(request), channelKind(request), socketKind(request), methodKind(request)].filter(
    (kind) => kind !== undefined,
  );
}

function tokenKind({ authorization, bearer }: AuthRequest): string | undefined {
  if (bearer) return bearer.revoked ? 'revoked-token' : undefined;
  if (authorization === undefined) return 'no-token';
  const token = bearerToken(authorization);
  if (token === undefined) {
    if (/^Bearer *$/.test(authorization)) return 'bearer-alone';
    return authorization.startsWith('Basic ') ? 'basic-scheme' : 'no-scheme';
  }
  const cut = apps.some((app) => app.clients.some(({ api }) => api.slice(0, -1) === token));
  return cut ? 'truncated-token' : 'garbage-token';
}

function channelKind({ bearer, channel }: AuthRequest): string | undefined {
  if (channel === undefined) return 'no-channel';
  if (typeof channel !== 'string') return undefined;
  if (channel === '') return 'empty-channel';
  if (channel.includes(':')) return 'colon-in-channel';
  if (/\s/.test(channel)) return 'line-in-channel';
  if (channel.startsWith('private-encrypted-')) return 'encrypted';
  if (channel.startsWith('presence-')) return 'presence';
  if (channel.startsWith('client.')) return 'no-prefix';
  if (channel.startsWith('private-Client.')) return 'upper-case';
  if (!channel.startsWith('private-client.') || !bearer) return undefined;
  const id = channel.slice('private-client.'.length);
  if (id === '') return 'empty-id';
  if (id === '*') return 'wildcard-id';
  if (id.includes('.')) return 'longer-path';
  return id === bearer.client.id ? undefined : foreignKind(id, bearer.client);
}

function foreignKind(id: string, { id: own, tenant }: Client): string {
  if (tenant === 'foreign') return 'foreign-token';
  if (id.startsWith(own)) return 'neighbour-channel';
  return own.startsWith(id) ? 'shorter-channel' : 'foreign-channel';
}

function socketKind({ socketId }: AuthRequest): string | undefined {
  if (socketId === undefined) return 'no-socket';
  if (typeof socketId !== 'string') return undefined;
  if (socketId === '') return 'empty-socket';
  if (socketId.includes(':')) return 'colon-in-socket';
  if (/\s/.test(socketId)) return 'line-in-socket';
  if (/^\d+\.$/.test(socketId)) return 'half-socket';
  if (/^\d+(\.\d+){2,}$/.test(socketId)) return 'three-part-socket';
  return /^\d+\.\d+$/.test(socketId) ? undefined : 'text-socket';
}

function methodKind({ method }: AuthRequest): string | undefined {
  return method === 'PUT' || method === 'DELETE' ? method.toLowerCase() : undefined;
}
