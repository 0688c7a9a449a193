import { createHash, createHmac } from 'node:crypto';

/** HMAC-SHA256 in lower-case hexadecimal, the only form of a signature that Pusher knows. */
export function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

/** MD5 of a request body in hexadecimal: the `body_md5` of the trigger API. */
export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** The signature that opens a private channel for one socket; with channel data, that is signed too. */
export function channelSignature(
  secret: string,
  socketId: string,
  channel: string,
  channelData?: string,
): string {
  const text = `${socketId}:${channel}`;
  return hmac(secret, channelData === undefined ? text : `${text}:${channelData}`);
}

/** The signature of a sign-in. */
export function userSignature(secret: string, socketId: string, userData: string): string {
  return hmac(secret, `${socketId}::user::${userData}`);
}

/** The text of a trigger API request that is signed: method, path, and the sorted query without its signature. */
export function requestText(method: string, path: string, query: Readonly<Record<string, string>>): string {
  const parameters = Object.entries(query)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name !== 'auth_signature')
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`);
  return [method.toUpperCase(), path, parameters.join('&')].join('\n');
}

/** The `auth_signature` of a trigger API request. */
export function requestSignature(
  secret: string,
  method: string,
  path: string,
  query: Readonly<Record<string, string>>,
): string {
  return hmac(secret, requestText(method, path, query));
}
