import { InputError } from '../contract/contract.ts';
import type { JsonObject } from '../contract/json.ts';
import type { Environment } from './environment.ts';

const tokenParameters = ['token', 'auth_token'];

/** True where `--target` is a URL and no file. */
export function isUrl(where: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(where);
}

/** A URL without user name, password, or token: what may be printed of it. */
export function printable(where: string): string {
  if (!URL.canParse(where)) return where.replace(/[?#].*$/s, '').replace(/\/\/.*@/s, '//');
  return parse(where).href;
}

/**
 * The entry of a target file that a URL stands for; its path names the surface: `/app/{key}` is pusher,
 * `/api/v1/realtime/…` emit, all else beam. Credentials come from PLUMBLINE_TOKEN and PLUMBLINE_SECRET,
 * or from a token in the URL, which is taken out of it.
 * @throws InputError where it is no URL of a server. It never quotes the URL.
 */
export function entryOfUrl(where: string, env: Environment): JsonObject {
  const scheme = where.slice(0, where.indexOf(':')).toLowerCase();
  if (!['ws', 'wss', 'http', 'https'].includes(scheme)) {
    throw new InputError(
      `--target: a URL begins with ws://, wss://, http:// or https://, not with ${scheme}://`,
    );
  }
  if (!URL.canParse(where)) throw new InputError('--target: this is not a valid URL; check host and port');
  const original = new URL(where);
  const url = parse(where);
  const token =
    tokenParameters.map((name) => original.searchParams.get(name)).find(Boolean) ??
    (env.PLUMBLINE_TOKEN || undefined);
  const secret = env.PLUMBLINE_SECRET || undefined;
  const pusher = /^(.*)\/app\/([^/]+)\/?$/.exec(url.pathname);
  const emit = /^(.*)\/api\/v1\/realtime(?:\/(spaces\/)?([^/]+))?\/?$/.exec(url.pathname);
  if (pusher) return pusherEntry(url, pusher[1] ?? '', decoded(pusher[2] ?? ''), token, secret, env);
  if (emit) return emitEntry(url, emit[1] ?? '', emit[2] !== undefined, emit[3], token);
  return {
    name: 'beam',
    surface: 'beam',
    dialect: 'auto',
    urls: { ws: withScheme(url, 'ws') },
    tokens: token === undefined ? {} : { valid: token },
    ...(secret === undefined ? {} : { handler: { key: secret } }),
  };
}

/** The client that the harness subscribes as where it signs for itself: any will do then. */
const anyClient = 'plumbline';

function pusherEntry(
  url: URL,
  prefix: string,
  key: string,
  token: string | undefined,
  secret: string | undefined,
  env: Environment,
): JsonObject {
  const origin = new URL(url.href);
  origin.pathname = prefix;
  origin.search = '';
  const id = env.PLUMBLINE_CLIENT || anyClient;
  return {
    name: 'pusher',
    surface: 'pusher',
    dialect: 'auto',
    // The documents are about applications; as a relay it would be asked for less, which only its owner may say.
    role: 'application',
    urls: {
      ws: withScheme(origin, 'ws'),
      ...(token === undefined
        ? {}
        : { auth: `${withScheme(origin, 'http').replace(/\/+$/, '')}/broadcasting/auth` }),
    },
    app: { key, ...(secret === undefined ? {} : { secret }) },
    clients:
      token === undefined && secret === undefined
        ? []
        : [{ id, tokens: token === undefined ? {} : { api: token } }],
  };
}

function emitEntry(
  url: URL,
  prefix: string,
  isSpace: boolean,
  id: string | undefined,
  token: string | undefined,
): JsonObject {
  if (id === undefined) {
    throw new InputError(
      '--target: an emit URL ends with a job or a space: /api/v1/realtime/{job} or /api/v1/realtime/spaces/{space}',
    );
  }
  const origin = new URL(url.href);
  origin.pathname = prefix;
  origin.search = '';
  const name = decoded(id);
  return {
    name: 'emit',
    surface: 'emit',
    urls: { ws: withScheme(origin, 'ws') },
    spaces: isSpace ? [{ id: name, tokens: token === undefined ? {} : { read: token } }] : [],
    ...(isSpace ? {} : { job: name }),
  };
}

/** @throws InputError where the text is not percent-encoded as it should be. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new InputError('--target: the path of this URL has a % that encodes nothing; write %25 for it', {
      cause,
    });
  }
}

/** The URL without what is a credential in it. */
function parse(where: string): URL {
  const url = new URL(where);
  url.username = '';
  url.password = '';
  for (const name of tokenParameters) url.searchParams.delete(name);
  return url;
}

/** The same place as ws(s):// or as http(s)://. */
function withScheme(url: URL, family: 'ws' | 'http'): string {
  const secure = url.protocol === 'wss:' || url.protocol === 'https:';
  return url.href.replace(/^[a-z]+:/, `${family}${secure ? 's' : ''}:`);
}
