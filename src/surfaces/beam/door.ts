import { randomBytes } from 'node:crypto';
import type { BeamCredential } from '../../contract/beam-rules.ts';
import type { BeamTarget } from '../../target/target.ts';

/** Where an upgrade goes, and what it shows at the door. */
export interface Knock {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The request that tries a credential on a path below the target's URL; undefined where the target file does
 * not have the token for it.
 */
export function knockWith(
  target: BeamTarget,
  credential: BeamCredential,
  path: string,
  queryToken: string,
): Knock | undefined {
  const token = tokenOf(target, credential.token);
  if (token === undefined) return undefined;
  const url = urlOf(target, path);
  if (credential.place === 'query') url.searchParams.set(queryToken, token);
  const headers = withoutAuthorization(target.headers);
  if (credential.place === 'header') headers.authorization = `${credential.scheme ?? 'Bearer'} ${token}`;
  return { url: url.href, headers };
}

/** The address of a path below the target's URL, whose own prefix and query it keeps. */
export function urlOf(target: BeamTarget, path: string): URL {
  const url = new URL(target.urls.ws);
  url.pathname = url.pathname.replace(/\/+$/, '') + path;
  return url;
}

/** Only on this machine may a token travel in the clear. */
export function isLoopback(url: URL): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
}

function tokenOf(target: BeamTarget, kind: BeamCredential['token']): string | undefined {
  const { valid, revoked } = target.tokens;
  switch (kind) {
    case 'valid':
      return valid;
    case 'revoked':
      return revoked;
    case 'truncated':
      return valid?.slice(0, -1);
    case 'made-up':
      return `nobody-issued-${randomBytes(12).toString('hex')}`;
    case 'empty':
      return '';
  }
}

/** What the target file adds to every request must not be a credential that a refusal is tried without. */
function withoutAuthorization(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'),
  );
}
