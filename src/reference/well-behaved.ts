import { createHmac } from 'node:crypto';
import { WebSocket } from 'ws';
import type { JsonObject } from '../contract/json.ts';
import { tokenOf } from './emit/emit-on-a-port.ts';
import { apps } from './pusher/apps.ts';
import { channelAuth } from './pusher/signing.ts';
import type { Address } from './surface-server.ts';

/** Nothing here takes this long, unless it never comes. In milliseconds. */
const patience = 20_000;

/** The space in which the well-behaved work; nobody else is to touch it. */
export const quietSpace = 'space-02';

/** Opens a stream, and hands out what comes, in order. */
class Listener {
  readonly frames: JsonObject[] = [];
  readonly socket: WebSocket;

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.socket = new WebSocket(url, { headers, perMessageDeflate: false });
    this.socket.on('error', () => {});
    this.socket.on('message', (data) => this.frames.push(JSON.parse(String(data)) as JsonObject));
  }

  /** The frames so far, once they are as wanted. */
  until(wanted: (frames: readonly JsonObject[]) => boolean): Promise<readonly JsonObject[]> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!wanted(this.frames)) return;
        end();
        resolve(this.frames);
      };
      const broken = (): void => {
        end();
        reject(
          new Error(`a well-behaved client was let down after ${JSON.stringify(this.frames).slice(-500)}`),
        );
      };
      const timer = setTimeout(broken, patience);
      const end = (): void => {
        clearTimeout(timer);
        this.socket.off('message', look).off('close', broken);
      };
      this.socket.on('message', look).on('close', broken);
      look();
    });
  }
}

/** A job of emit, from its creation to its end, as its viewer sees it: the types of its events and their data. */
export async function emitJob({ http, ws }: Address, updates: number): Promise<readonly JsonObject[]> {
  const call = async (role: 'producer' | 'worker', path: string, body: JsonObject): Promise<JsonObject> => {
    const headers = { 'x-api-key': tokenOf(quietSpace, role), connection: 'close' };
    const response = await fetch(`${http}/api/v1${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as JsonObject;
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const { id } = await call('producer', `/spaces/${quietSpace}/jobs`, { name: 'well-behaved' });
  const viewer = new Listener(`${ws}/api/v1/realtime/${id}?token=${tokenOf(quietSpace, 'read')}`);
  await viewer.until(({ length }) => length > 0);
  await call('worker', `/spaces/${quietSpace}/jobs/poll`, {});
  await call('worker', `/jobs/${id}/ack`, {});
  for (let n = 0; n < updates; n += 1) await call('worker', `/jobs/${id}/progress`, { n });
  await call('worker', `/jobs/${id}/complete`, { result: 'done' });
  const frames = await viewer.until((all) => all.some(({ type }) => type === 'completed'));
  viewer.socket.terminate();
  return frames;
}

/** A job of pusher: the statuses that its client's channel tells, in order. */
export async function pusherJob({ http, ws }: Address): Promise<readonly unknown[]> {
  const [app] = apps;
  const client = app?.clients[1];
  if (!app || !client) throw new Error('the reference server has no app');
  const channel = `private-client.${client.id}`;
  const listener = new Listener(`${ws}/app/${app.key}?protocol=7`);
  const [greeting] = await listener.until(({ length }) => length > 0);
  const { socket_id: socketId } = JSON.parse(String(greeting?.data)) as { socket_id: string };
  const data = { channel, auth: channelAuth(app, socketId, channel) };
  listener.socket.send(JSON.stringify({ event: 'pusher:subscribe', data }));
  await listener.until(({ length }) => length > 1);
  const response = await fetch(`${http}/api/v1/client/txt2img`, {
    method: 'POST',
    headers: { authorization: `Bearer ${client.api}`, connection: 'close' },
    body: '{"updates":3}',
  });
  const { data: submitted } = (await response.json()) as { data: { request_id: string } };
  const updates = (frames: readonly JsonObject[]): JsonObject[] =>
    frames
      .map((frame) => JSON.parse(typeof frame.data === 'string' ? frame.data : '{}') as JsonObject)
      .filter((update) => JSON.stringify(update).includes(submitted.request_id));
  const frames = await listener.until((all) => updates(all).some(({ status }) => status === 'done'));
  listener.socket.terminate();
  return updates(frames).map(({ status }) => status);
}

/** A stream of beam: the indices of its outputs, each with the proof that our handler made it. */
export async function beamStream({ ws }: Address, n: number): Promise<readonly unknown[]> {
  const nonce = `well-behaved-${n}`;
  const listener = new Listener(`${ws}/beam/document/`, {
    authorization: 'Bearer plumbline-document-token-0123456789',
  });
  await new Promise((resolve) => listener.socket.once('open', resolve));
  listener.socket.send(JSON.stringify({ nonce, op: 'stream', n }));
  const frames = await listener.until(({ length }) => length >= n);
  listener.socket.terminate();
  const proof = createHmac('sha256', 'plumbline-document-handler-key').update(nonce).digest('hex');
  return frames.map((frame) => (JSON.stringify(frame).includes(proof) ? indexOf(frame) : 'not ours'));
}

function indexOf(frame: JsonObject): unknown {
  return /"index":(\d+)/.exec(JSON.stringify(frame))?.[1];
}

/** What a client of each surface gets while others work as well. */
export interface Share {
  /** Types of the events of a job with five updates. */
  readonly emit: readonly unknown[];
  /** Statuses of a job. */
  readonly pusher: readonly unknown[];
  /** Outputs of a stream of forty. */
  readonly beam: readonly unknown[];
}

/** What is owed to each client, whatever else goes on. */
export const owed: Share = {
  emit: ['init', 'delivered', 'acked', ...Array(5).fill('progress'), 'completed'],
  pusher: ['processing', 'in_progress', 'in_progress', 'in_progress', 'done'],
  beam: Array.from({ length: 40 }, (_, at) => String(at)),
};

/** Works on all three surfaces at once, and tells what each client got; all of it is in `owed`. */
export async function shares(address: Address): Promise<Share> {
  const [emit, pusher, beam] = await Promise.all([
    emitJob(address, 5),
    pusherJob(address),
    beamStream(address, 40),
  ]);
  return { emit: emit.map(({ type }) => type), pusher, beam };
}
