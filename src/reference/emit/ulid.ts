import { randomBytes } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID: 48 bits of time and 80 of chance in Crockford's base 32, 26 characters, sortable by time. */
export function ulid(now = Date.now()): string {
  let time = '';
  for (let rest = now, at = 0; at < 10; at += 1, rest = Math.floor(rest / 32)) {
    time = (alphabet[rest % 32] ?? '0') + time;
  }
  return time + [...randomBytes(16)].map((byte) => alphabet[byte % 32]).join('');
}
