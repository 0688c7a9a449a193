import type { Store } from './store.ts';
import type { Token } from './tokens.ts';

/** The token that a request bears in `x-api-key` or as `Authorization: Bearer`, revoked ones included. */
export function headerToken(store: Store, header: (name: string) => string | undefined): Token | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(header('authorization') ?? '')?.[1];
  return store.tokens.get(header('x-api-key') ?? bearer ?? '');
}
