import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { Contract } from '../../contract/contract.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../../contract/json.ts';
import { readOpenPoints, readRules } from '../../contract/normalize.ts';
import type {
  AuthTry,
  ConnectionTry,
  HarmlessTry,
  PusherRules,
  SubscribeTry,
} from '../../contract/pusher-rules.ts';
import { readYaml } from '../../contract/read-yaml.ts';
import { packageRoot } from '../../contract/spec-files.ts';
import { createApp } from '../app.ts';
import { mountControl } from '../control.ts';
import { connectionHeader } from '../handshake.ts';
import { createListener } from '../listener.ts';
import { chooseReadings } from '../readings.ts';
import type { Fault } from '../surface-server.ts';
import { createTimers } from '../timers.ts';
import { type App, apps, type Client } from './apps.ts';
import { createPusher } from './pusher.ts';
import { channelAuth, md5, requestSignature } from './signing.ts';

const file = await readYaml(join(packageRoot(), 'specs', 'pusher', 'rules.yaml'), 'specs/pusher/rules.yaml');

export const pusherRules = readRules('pusher', file) as unknown as PusherRules;

/** As much of a contract as this surface needs, so that its tests do not wait for the other two. */
const contract = {
  emit: { openPoints: [] },
  beam: { openPoints: [] },
  pusher: { rules: pusherRules, openPoints: readOpenPoints('pusher', file) },
} as unknown as Contract;

export const [modelbeam, dryapi] = apps as readonly [App, App];

/** A client of an app, by its id. */
export function clientOf(app: App, id = '42'): Client {
  const client = app.clients.find((each) => each.id === id);
  if (!client) throw new Error(`no client ${id}`);
  return client;
}

/** A connection as a test sees it. */
export interface Peer {
  readonly socket: WebSocket;
  readonly frames: JsonObject[];
  readonly closed: Promise<number>;
  readonly socketId: () => string;
  /** The first frame of that event from the given position on. */
  readonly next: (event: string, from?: number) => Promise<JsonObject>;
  readonly say: (event: string, data?: Json) => void;
  /** Subscribes with a right signature and waits for the confirmation. */
  readonly join: (app: App, channel: string) => Promise<JsonObject>;
  /** All that was sent to it so far has arrived once this resolves. */
  readonly fence: () => Promise<void>;
}

export interface PusherOnAPort {
  readonly http: string;
  readonly ws: string;
  readonly connect: (path: string, nonce?: string) => Promise<Peer>;
  /** An established connection to an app. */
  readonly open: (app: App, nonce?: string) => Promise<Peer>;
  readonly call: (method: string, path: string, body?: Json, token?: string) => Promise<Answer>;
  readonly trigger: (app: App, body: Json, change?: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly submit: (app: App, body?: JsonObject, type?: string, client?: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

export interface Options {
  readonly readings?: Readonly<Record<string, string>>;
  readonly faults?: readonly Fault[];
}

/** The pusher surface alone, with connections, a publisher and a submitter at hand. */
export async function pusherOnAPort({ readings, faults = [] }: Options = {}): Promise<PusherOnAPort> {
  const timers = createTimers();
  const log = (): void => {};
  const pusher = createPusher({ contract, reading: chooseReadings(contract, readings), faults, log, timers });
  const app = createApp(log);
  mountControl(app, [pusher], timers);
  pusher.mount(app);
  const listener = await createListener({ app, surfaces: [pusher], host: '127.0.0.1', port: 0, log });
  const [http, ws] = [`http://127.0.0.1:${listener.port}`, `ws://127.0.0.1:${listener.port}`];

  const connect: PusherOnAPort['connect'] = (path, nonce) =>
    peer(ws + path, nonce === undefined ? {} : { [connectionHeader]: nonce });
  const call: PusherOnAPort['call'] = async (method, path, body, token) => {
    const response = await fetch(http + path, {
      method,
      headers: {
        'content-type': 'application/json',
        // A connection that is kept would hold up the close of the server.
        connection: 'close',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const value = parseJson(await response.text());
    return { status: response.status, body: isObject(value) ? value : {} };
  };

  return {
    http,
    ws,
    connect,
    async open(to, nonce) {
      const opened = await connect(`/app/${to.key}?protocol=7`, nonce);
      await opened.next('pusher:connection_established');
      return opened;
    },
    call,
    trigger(to, body, change = {}) {
      const path = `/apps/${to.id}/events`;
      const query = {
        auth_key: to.key,
        auth_timestamp: String(Math.floor(Date.now() / 1000)),
        auth_version: '1.0',
        body_md5: md5(JSON.stringify(body)),
        ...change,
      };
      const signed = new URLSearchParams({
        auth_signature: requestSignature(to.secret, 'POST', path, query),
        ...query,
      });
      return call('POST', `${path}?${signed}`, body);
    },
    async submit(to, body = {}, type = 'txt2img', client = '42') {
      const answer = await call('POST', `/api/v1/client/${type}`, body, clientOf(to, client).api);
      return String((answer.body.data as JsonObject | undefined)?.request_id);
    },
    async close() {
      pusher.close();
      timers.close();
      await listener.close();
    },
  };
}

/** What stands in `data`, decoded once. */
export function dataOf(frame: JsonObject): JsonObject {
  const value = typeof frame.data === 'string' ? parseJson(frame.data) : frame.data;
  return isObject(value) ? value : {};
}

/** The updates of one job that a peer has seen. */
export function updatesOf({ frames }: Peer, job: string): readonly JsonObject[] {
  return frames
    .filter(({ event }) => event === 'request.status.updated')
    .map(dataOf)
    .filter(({ request_id: id }) => id === job);
}

function peer(url: string, headers: Readonly<Record<string, string>>): Promise<Peer> {
  const socket = new WebSocket(url, { headers });
  socket.setMaxListeners(100);
  const frames: JsonObject[] = [];
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('message', (data) => {
    const value = parseJson(String(data));
    if (isObject(value)) frames.push(value);
    socket.emit('frame');
  });
  const next: Peer['next'] = (event, from = 0) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = frames.slice(from).find((frame) => frame.event === event);
        if (!found) return;
        socket.off('frame', look);
        resolve(found);
      };
      socket.on('frame', look);
      socket.once('close', () => reject(new Error(`closed before ${event}`)));
      look();
    });
  const say: Peer['say'] = (event, data) => socket.send(JSON.stringify({ event, data }));
  const socketId = (): string => {
    const greeting = frames.find(({ event }) => event === 'pusher:connection_established');
    return String(greeting ? dataOf(greeting).socket_id : '');
  };
  const made: Peer = {
    socket,
    frames,
    closed,
    socketId,
    next,
    say,
    join(app, channel) {
      const from = frames.length;
      say('pusher:subscribe', { channel, auth: channelAuth(app, socketId(), channel) });
      return next('pusher_internal:subscription_succeeded', from);
    },
    fence: () =>
      new Promise((resolve) => {
        socket.once('pong', () => resolve());
        socket.ping();
      }),
  };
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(made));
    socket.on('error', reject);
  });
}

const own = 'private-client.42';

/** `auth` of a row of `channelAuth.rows`, for a socket on the own channel of client 42 of modelbeam. */
export function subscribeAuth(template: string, socketId: string, otherSocketId: string): string {
  const signature = (auth: string): string => auth.split(':')[1] ?? '';
  const right = signature(channelAuth(modelbeam, socketId, own));
  return filled(template, {
    key: modelbeam.key,
    'made-up': 'nobody',
    signature: right,
    'other-socket': signature(channelAuth(modelbeam, otherSocketId, own)),
    'other-channel': signature(channelAuth(modelbeam, socketId, 'private-client.43')),
    'made-up-secret': signature(channelAuth({ ...modelbeam, secret: 'x' }, socketId, own)),
    'truncated-signature': right.slice(0, -1),
    'upper-signature': right.toUpperCase(),
    'signature-with-data': signature(channelAuth(modelbeam, socketId, own, '{"user_id":"1"}')),
  });
}

/** Sends a row of `channelAuth.rows`, and says which event was the answer. */
export async function trySubscribing(server: PusherOnAPort, row: SubscribeTry): Promise<string> {
  const [peer, other] = await Promise.all([server.open(modelbeam), server.open(modelbeam)]);
  const auth: Json | undefined =
    typeof row.auth === 'string' ? subscribeAuth(row.auth, peer.socketId(), other.socketId()) : row.json;
  peer.say('pusher:subscribe', {
    channel: own,
    ...(auth === undefined ? {} : { auth }),
    ...(row.channelData === undefined ? {} : { channel_data: row.channelData }),
  });
  peer.say('pusher:ping', {});
  await peer.next('pusher:pong');
  return String(peer.frames[1]?.event);
}

/** The socket id that auth requests of tests are about. */
export const someSocketId = '123456.789012';

/** Asks the auth endpoint as client 42 of dryapi, with the given fields changed. */
export async function askAuth(
  server: PusherOnAPort,
  change: Partial<AuthTry>,
  contentType: string,
): Promise<Answer> {
  const { base, path } = pusherRules.authEndpoint;
  const wanted = { ...base, ...change };
  const client = clientOf(dryapi);
  const fill = (text: string): string =>
    filled(text, {
      id: client.id,
      'foreign-id': '43',
      'shorter-id': '4',
      api: client.api,
      revoked: client.revoked,
      'foreign-api': clientOf(dryapi, '43').api,
      truncated: client.api.slice(0, -1),
      'made-up': 'nobody',
      socket: someSocketId,
    });
  const fields = Object.entries({ socket_id: wanted.socket_id, channel_name: wanted.channel_name })
    .filter((field): field is [string, string] => field[1] !== null)
    .map(([name, value]): [string, string] => [name, fill(value)]);
  const { authorization, method } = wanted;
  const body =
    contentType === 'application/json'
      ? JSON.stringify(Object.fromEntries(fields))
      : new URLSearchParams(fields);
  const response = await fetch(server.http + path, {
    method,
    headers: {
      'content-type': contentType,
      connection: 'close',
      ...(authorization === null ? {} : { authorization: fill(authorization) }),
    },
    ...(method === 'GET' ? {} : { body }),
    redirect: 'manual',
  });
  const value = parseJson(await response.text());
  return { status: response.status, body: isObject(value) ? value : {} };
}

/** The path and query of a row of `protocol.connections`, for modelbeam. */
export function connectionPath({ path, query }: ConnectionTry): string {
  const { key } = modelbeam;
  const filledPath = filled(path, { key, 'truncated-key': key.slice(0, -1), 'made-up': 'nobody' });
  return `${filledPath}?${new URLSearchParams(query)}`;
}

/** Sends a row of `robustness`. */
export function sendNoise({ socket }: Peer, { text, binary, hex }: HarmlessTry): void {
  if (text === undefined) {
    socket.send(binary === undefined ? Buffer.from(hex ?? '', 'hex') : Buffer.from(binary));
    return;
  }
  socket.send(
    filled(text, {
      channel: own,
      nonce: 'n',
      'made-up': 'x',
      'name-10000': 'n'.repeat(10_000),
      'text-200000': 't'.repeat(200_000),
      'nested-10000': '['.repeat(10_000) + ']'.repeat(10_000),
    }),
  );
}

function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{([a-z]+(?:-[a-z0-9]+)*)\}/g, (_whole, name: string) => values[name] ?? '?');
}
