import { isObject, type Json, parseJson } from '../../contract/json.ts';
import type { App } from './apps.ts';
import type { Grant } from './authorization.ts';
import { sameText, userSignature } from './signing.ts';

/** Somebody who wants a connection to be that of a user. */
export interface SignInClaim {
  readonly app: App;
  readonly socketId: string;
  readonly auth: Json | undefined;
  readonly userData: string;
  /** Who the connection is known as already. */
  readonly current: string | undefined;
}

/** The id in user_data; undefined where there is none. */
export function userIdOf(userData: string): string | undefined {
  const data = parseJson(userData);
  return isObject(data) && typeof data.id === 'string' && data.id !== '' ? data.id : undefined;
}

/** A sign-in is granted to the app's key and a signature over this socket and this user_data (PU1, PU4, PU5i). */
export function authorizeUser({ app, socketId, auth, userData, current }: SignInClaim): Grant {
  const expected = `${app.key}:${userSignature(app.secret, socketId, userData)}`;
  if (typeof auth !== 'string' || !sameText(auth, expected)) return { reason: 'The signature is invalid' };
  const id = userIdOf(userData);
  if (id === undefined) return { reason: 'user_data has no id' };
  return current === undefined || current === id || { reason: 'The connection is another user\u2019s' };
}
