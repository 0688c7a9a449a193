import type { IncomingMessage } from 'node:http';

/** What a client shows at the upgrade. */
export interface Presented {
  readonly header?: { readonly scheme: string; readonly token: string };
  readonly query?: string;
  /** It came over TLS. */
  readonly secure?: true;
}

/** What an endpoint knows of its tokens. */
export interface Keyring {
  readonly state: (token: string) => 'good' | 'revoked' | undefined;
  readonly all: () => readonly string[];
  /** True where a token in the query counts when there is no header (A16, BH3). */
  readonly query: boolean;
}

/** Reads the credentials of an upgrade request; an Authorization header of any form counts as one. */
export function presentedBy(request: IncomingMessage, url: URL, queryToken: string): Presented {
  const { authorization } = request.headers;
  const query = url.searchParams.get(queryToken) ?? undefined;
  const secure = 'encrypted' in request.socket ? { secure: true as const } : {};
  if (authorization === undefined) return { ...(query === undefined ? {} : { query }), ...secure };
  const [, scheme = '', token = ''] = /^(\S*)\s*(.*)$/.exec(authorization) ?? [];
  return {
    header: { scheme: scheme.toLowerCase(), token },
    ...(query === undefined ? {} : { query }),
    ...secure,
  };
}

/** Which row of the rules' `credentials` this is: the faults of the door are told apart by it. */
export function credentialOf({ header, query }: Presented, keys: Keyring): string {
  if (!header) {
    if (query === undefined) return 'none';
    return keys.state(query) === 'good' ? 'query' : 'query-garbage';
  }
  if (header.token === '') return 'empty';
  const state = keys.state(header.token);
  if (header.scheme !== 'bearer') return 'wrong-scheme';
  if (state === 'good') return 'valid';
  if (state === 'revoked') return 'revoked';
  return keys.all().some((token) => token.startsWith(header.token)) ? 'truncated' : 'garbage';
}
