import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { Contract } from '../../contract/contract.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../../contract/json.ts';
import { readFlow, readOpenPoints, readRules } from '../../contract/normalize.ts';
import { readYaml } from '../../contract/read-yaml.ts';
import type { EmitRules } from '../../contract/rules.ts';
import { packageRoot } from '../../contract/spec-files.ts';
import { type Reference, type ReferenceOptions, startReference } from '../start.ts';
import type { StreamKind } from './admission.ts';
import { spaces, type TokenRole, tokensOf, unscopedToken } from './tokens.ts';

const specs = join(packageRoot(), 'specs', 'emit');
const file = await readYaml(join(specs, 'rules.yaml'), 'specs/emit/rules.yaml');

export const emitRules = readRules('emit', file) as unknown as EmitRules;

/** As much of a contract as this surface needs, so that its tests do not wait for the other two. */
export const emitContract = {
  emit: {
    rules: emitRules,
    openPoints: readOpenPoints('emit', file),
    dialects: { 'emit@1': ['003'], 'emit@2': ['003'], 'emit@3': ['003'] },
    flows: await Promise.all(
      readdirSync(join(specs, 'flows')).map(async (name) =>
        readFlow('emit', await readYaml(join(specs, 'flows', name), name)),
      ),
    ),
  },
  pusher: { rules: {}, openPoints: [], dialects: {} },
  beam: { rules: {}, openPoints: [], dialects: {} },
} as unknown as Contract;

/** A token of a space, by what it is called in a target file. */
export function tokenOf(spaceId: string, role: TokenRole): string {
  const space = spaces.find(({ id }) => id === spaceId);
  return (space ? tokensOf(space) : []).find((token) => token.role === role)?.text ?? '';
}

/** A stream as a test sees it: what arrived, and a way to wait for more. */
export interface Stream {
  readonly events: JsonObject[];
  readonly texts: string[];
  /** Set once a binary frame has come. */
  hasBinary: boolean;
  readonly socket: WebSocket;
  /** The first event of that type from the given position on. */
  readonly next: (type: string, from?: number) => Promise<JsonObject>;
  readonly closed: Promise<number>;
}

/** The answer to an upgrade that was refused. */
export interface Refused {
  readonly status: number;
  readonly body: Json | undefined;
}

/** The emit surface alone, with a worker, a producer and viewers at hand. */
export interface EmitOnAPort {
  readonly reference: Reference;
  readonly call: (
    role: TokenRole,
    method: 'GET' | 'POST',
    path: string,
    body?: Json,
    space?: string,
  ) => Promise<{ status: number; body: JsonObject }>;
  readonly create: (spec?: JsonObject, space?: string) => Promise<string>;
  /** Moves a job by a worker's verbs, one after the other. */
  readonly work: (job: string, ...verbs: readonly (string | readonly [string, Json])[]) => Promise<void>;
  readonly advance: (job: string, seconds: number) => Promise<Json>;
  readonly watch: (path: string, token: string, headers?: Record<string, string>) => Promise<Stream>;
  readonly refusal: (path: string, headers?: Record<string, string>) => Promise<Refused>;
}

export const home = 'space-01';

export async function emitOnAPort(options: Omit<ReferenceOptions, 'contract'> = {}): Promise<EmitOnAPort> {
  const reference = await startReference({ contract: emitContract, surfaces: ['emit'], ...options });
  const { http, ws } = reference.address;
  const post = async (url: string, headers: Record<string, string>, body: Json): Promise<Json> =>
    (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json() as Promise<Json>;

  const call: EmitOnAPort['call'] = async (role, method, path, body, space = home) => {
    const response = await fetch(`${http}/api/v1${path}`, {
      method,
      headers: { 'x-api-key': tokenOf(space, role) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as JsonObject };
  };

  return {
    reference,
    call,
    async create(spec = {}, space = home) {
      const { body } = await call(
        'producer',
        'POST',
        `/spaces/${space}/jobs`,
        { name: 'test', ...spec },
        space,
      );
      return String(body.id);
    },
    async work(job, ...verbs) {
      for (const each of verbs) {
        const [verb, input] = typeof each === 'string' ? [each, {}] : each;
        const path = verb === 'poll' ? `/spaces/${home}/jobs/poll` : `/jobs/${job}/${verb}`;
        const { status, body } = await call('worker', 'POST', path, input);
        if (status !== 200) throw new Error(`${verb}: ${status} ${JSON.stringify(body)}`);
      }
    },
    advance: (job, seconds) => post(`${http}/control`, {}, { op: 'advance', job, seconds }),
    watch: (path, token, headers = {}) =>
      openStream(`${ws}/api/v1/realtime/${path}?token=${encodeURIComponent(token)}`, headers),
    refusal: (path, headers = {}) => refusalOf(`${ws}/api/v1/realtime/${path}`, headers),
  };
}

/** How a credential of the rules knocks at a stream of its own space. */
export function knock(
  stream: StreamKind,
  credential: string,
  job: string,
): { path: string; headers: Record<string, string> } {
  const rule = emitRules.credentials[credential];
  if (!rule) throw new Error(credential);
  const place = stream === 'job' ? job : `spaces/${home}`;
  const made: Readonly<Record<string, string>> = {
    empty: '',
    'made-up': 'nobody',
    truncated: tokenOf(home, 'read').slice(0, -1),
  };
  const issued =
    rule.token === 'unscoped'
      ? unscopedToken().text
      : tokenOf(rule.tenant === 'foreign' ? 'foreign-01' : home, rule.token as TokenRole);
  const token = made[rule.token] ?? issued;
  if (rule.place === 'header')
    return { path: place, headers: { 'x-api-key': token, authorization: `Bearer ${token}` } };
  return { path: rule.place === 'nowhere' ? place : `${place}?token=${token}`, headers: {} };
}

function openStream(url: string, headers: Record<string, string>): Promise<Stream> {
  const socket = new WebSocket(url, { headers });
  const events: JsonObject[] = [];
  const texts: string[] = [];
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('message', (data, isBinary) => {
    stream.hasBinary ||= isBinary;
    const value = parseJson(String(data));
    texts.push(String(data));
    if (isObject(value)) events.push(value);
    socket.emit('event');
  });
  const next = (type: string, from = 0): Promise<JsonObject> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = events.slice(from).find((event) => event.type === type);
        if (!found) return;
        socket.off('event', look);
        resolve(found);
      };
      socket.on('event', look);
      socket.once('close', () => reject(new Error(`closed before ${type}`)));
      look();
    });
  const stream: Stream = { events, texts, hasBinary: false, socket, next, closed };
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(stream));
    socket.on('error', reject);
  });
}

function refusalOf(url: string, headers: Record<string, string>): Promise<Refused> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers });
    socket.on('error', reject);
    socket.on('open', () => reject(new Error('the upgrade was accepted')));
    socket.on('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += String(chunk);
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parseJson(text) }));
    });
  });
}
