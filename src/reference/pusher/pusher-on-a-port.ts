import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { Contract } from '../../contract/contract.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../../contract/json.ts';
import { readOpenPoints, readRules } from '../../contract/normalize.ts';
import type { PusherRules } from '../../contract/pusher-rules.ts';
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
