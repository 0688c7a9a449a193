import type { Entry } from './entry.ts';

const secretParameter = /token|secret|auth|key|password|signature/i;

interface UrlRule {
  readonly path: readonly (string | number)[];
  readonly value: string | undefined;
  readonly schemes: readonly [string, string];
  /** An origin, behind which paths are put: nothing may stand behind it already. */
  readonly origin: boolean;
}

/** @throws InputError for a URL that cannot be used. It never quotes one: there may be a secret in it. */
export function proveUrls(entry: Entry): void {
  for (const rule of rulesOf(entry)) {
    const { path, value, schemes, origin } = rule;
    if (value === undefined) continue;
    const name = path.join('.');
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (!url)
      throw entry.wrong(path, `${name} is no URL; write ${schemes[0]}://host:port or ${schemes[1]}://…`);
    const scheme = url.protocol.slice(0, -1);
    if (!schemes.includes(scheme)) {
      throw entry.wrong(
        path,
        `${name} begins with ${scheme}:, and must begin with ${schemes[0]}:// or ${schemes[1]}://`,
      );
    }
    if (url.username || url.password) {
      throw entry.wrong(
        path,
        `${name} has a user name or password in it; put credentials under tokens or headers`,
      );
    }
    if (url.hash)
      throw entry.wrong(path, `${name} has a fragment (#…), which no server ever sees; remove it`);
    if (origin && url.search) {
      throw entry.wrong(
        path,
        `${name} has a query (?…), but paths are put behind it; put tokens under tokens`,
      );
    }
    const secret = [...url.searchParams.keys()].find((key) => secretParameter.test(key));
    if (secret !== undefined) {
      throw entry.wrong(
        path,
        `${name} has the credential ?${secret}= in it; put it under tokens, so that no report shows it`,
      );
    }
  }
}

function rulesOf({ value }: Entry): UrlRule[] {
  const ws = ['ws', 'wss'] as const;
  const http = ['http', 'https'] as const;
  const control: UrlRule = { path: ['control'], value: value.control, schemes: http, origin: false };
  switch (value.surface) {
    case 'emit':
      return [
        { path: ['urls', 'ws'], value: value.urls.ws, schemes: ws, origin: true },
        { path: ['urls', 'http'], value: value.urls.http, schemes: http, origin: true },
        control,
      ];
    case 'pusher':
      return [
        { path: ['urls', 'ws'], value: value.urls.ws, schemes: ws, origin: true },
        { path: ['urls', 'auth'], value: value.urls.auth, schemes: http, origin: false },
        { path: ['urls', 'trigger'], value: value.urls.trigger, schemes: http, origin: true },
        { path: ['urls', 'api'], value: value.urls.api, schemes: http, origin: true },
        control,
      ];
    case 'beam':
      return [{ path: ['urls', 'ws'], value: value.urls.ws, schemes: ws, origin: false }, control];
  }
}
