import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA256 in lower-case hexadecimal. */
export function sign(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

/** `KEY:SIGNATURE`, which opens a guarded channel for one socket. */
export function channelAuth(app: Keys, socketId: string, channel: string, channelData?: string): string {
  const text = [socketId, channel, ...(channelData === undefined ? [] : [channelData])].join(':');
  return `${app.key}:${sign(app.secret, text)}`;
}

/** The signature of a sign-in. */
export function userSignature(secret: string, socketId: string, userData: string): string {
  return sign(secret, `${socketId}::user::${userData}`);
}

/** The signature of a request to the trigger API: method, path, and the query sorted, without itself. */
export function requestSignature(secret: string, method: string, path: string, query: Query): string {
  const parameters = Object.entries(query)
    .filter(([name]) => name.toLowerCase() !== 'auth_signature')
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return sign(secret, `${method.toUpperCase()}\n${path}\n${parameters}`);
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** Compares without telling by its time where the difference is. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

export interface Keys {
  readonly key: string;
  readonly secret: string;
}

export type Query = Readonly<Record<string, string>>;
