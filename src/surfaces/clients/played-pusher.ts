import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Refused } from '../../contract/client-rules.ts';
import { isObject, type Json, parseJson } from '../../contract/json.ts';
import { type OnAPort, onAPort } from '../../wire/on-a-port.ts';
import { channelSignature } from '../../wire/sign.ts';
import type { Transcript } from '../../wire/transcript.ts';
import { protocolEvent } from '../pusher/message.ts';
import type { PlayedApp } from './played-app.ts';

/** What the played server does about whoever comes; a scene changes it as it goes. */
export interface Behaviour {
  /** `greet`: as it should; `hold`: 101 and nothing more; `drop`: gone before any answer; a number: greeted, and closed with it. */
  arrival: 'greet' | 'hold' | 'drop' | 'greet-and-drop' | number;
  /** The activity timeout that it announces, in seconds. */
  announcedSeconds: number;
  /** `sign`, or how the auth endpoint refuses. */
  auth: 'sign' | Refused;
  subscriptions: 'confirm' | 'refuse';
}

/** How many attempts are let in and written down; a client that storms shows no more by a further one. */
export const mostAttempts = 60;

/** What the auth endpoint reads of a body, in bytes. */
const longestBody = 64 * 1024;

interface Connection {
  readonly name: string;
  readonly socketId: string;
  readonly ws: WebSocket;
}

/** The server of one scene, as the client under test sees it. It does what it is told, and writes all of it down. */
export class PlayedPusher {
  readonly behaviour: Behaviour = {
    arrival: 'greet',
    announcedSeconds: 120,
    auth: 'sign',
    subscriptions: 'confirm',
  };
  readonly #transcript: Transcript;
  readonly #app: PlayedApp;
  readonly #http: Server = createServer((request, response) => this.#answer(request, response));
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
  readonly #connections: Connection[] = [];
  /** Names of connections whose end has been written down. */
  readonly #over = new Set<string>();
  #attempts = 0;
  #requests = 0;
  #port: OnAPort | undefined;

  constructor(transcript: Transcript, app: PlayedApp) {
    this.#transcript = transcript;
    this.#app = app;
    this.#http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#arrive(request, socket, head),
    );
    // A TLS greeting, for instance, of a client that was told to come back over TLS.
    this.#http.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Listens on any free port of this machine. */
  async open(): Promise<number> {
    this.#port = await onAPort(this.#http);
    return this.#port.port;
  }

  async close(): Promise<void> {
    for (const { ws } of this.#connections) ws.terminate();
    await this.#port?.close();
  }

  /** Sends a message on a connection, if it is still there. */
  send(name: string, message: Json): void {
    const connection = this.#find(name);
    if (!connection || this.#over.has(name)) return;
    const text = JSON.stringify(message);
    this.#transcript.record({ kind: 'sent', peer: name, text, binary: false });
    connection.ws.send(text);
  }

  greet(name: string): void {
    const connection = this.#find(name);
    if (!connection) return;
    const data = { socket_id: connection.socketId, activity_timeout: this.behaviour.announcedSeconds };
    this.send(name, { event: protocolEvent.established, data: JSON.stringify(data) });
  }

  /** Closes a connection with a code. */
  end(name: string, code: number): void {
    const connection = this.#find(name);
    if (!connection || !this.#closed(name, 'us', code, '')) return;
    connection.ws.close(code);
  }

  /** The connection is gone, without a close frame. */
  drop(name: string): void {
    const connection = this.#find(name);
    if (!connection || !this.#closed(name, 'us', 1006, '')) return;
    connection.ws.terminate();
  }

  socketIdOf(name: string): string | undefined {
    return this.#find(name)?.socketId;
  }

  #find(name: string): Connection | undefined {
    return this.#connections.find((one) => one.name === name);
  }

  /** False where it was over already. */
  #closed(name: string, by: 'us' | 'them', code: number, reason: string): boolean {
    if (this.#over.has(name)) return false;
    this.#over.add(name);
    this.#transcript.record({ kind: 'closed', peer: name, by, code, reason });
    return true;
  }

  #arrive(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {});
    this.#attempts += 1;
    if (this.#attempts > mostAttempts) return void socket.destroy();
    const name = `connection ${this.#attempts}`;
    const { authorization: _secret, ...headers } = request.headers;
    this.#transcript.record({
      kind: 'dial',
      peer: name,
      url: request.url ?? '',
      headers: Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, String(value)])),
    });
    const { arrival } = this.behaviour;
    if (arrival === 'drop') {
      this.#closed(name, 'us', 1006, '');
      socket.destroy();
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#take(name, ws, request.url ?? ''));
  }

  #take(name: string, ws: WebSocket, url: string): void {
    const socketId = `${this.#attempts}.${Math.floor(Math.random() * 1e9)}`;
    this.#connections.push({ name, socketId, ws });
    this.#transcript.record({ kind: 'opened', peer: name, headers: {} });
    const account = { sent: 0 };
    ws.on('error', () => {});
    ws.on('close', (code, reason) => this.#closed(name, 'them', code, reason.toString().slice(0, 200)));
    ws.on('ping', () => void this.#transcript.record({ kind: 'ping', peer: name, by: 'them' }));
    ws.on('message', (bytes: Buffer, binary) => {
      if (this.#over.has(name)) return;
      const text = bytes.toString('utf8');
      if (!this.#transcript.intake.event(account, text)) return this.drop(name);
      this.#hear(name, text, bytes.length, binary);
    });
    const { arrival } = this.behaviour;
    if (url.split('?')[0] !== `/app/${this.#app.key}`) this.end(name, 4001);
    if (arrival === 'hold') return;
    this.greet(name);
    if (arrival === 'greet-and-drop') this.drop(name);
    else if (typeof arrival === 'number') this.end(name, arrival);
  }

  #hear(name: string, text: string, bytes: number, binary: boolean): void {
    const message = parseJson(text);
    this.#transcript.record({
      kind: 'frame',
      peer: name,
      text,
      binary,
      bytes,
      ...(message === undefined ? {} : { message }),
    });
    if (!isObject(message)) return;
    if (message.event === protocolEvent.ping) this.send(name, { event: protocolEvent.pong, data: '{}' });
    if (message.event === protocolEvent.subscribe && isObject(message.data)) {
      const { channel, auth } = message.data;
      this.#subscribe(name, String(channel), typeof auth === 'string' ? auth : undefined);
    }
  }

  #subscribe(name: string, channel: string, auth: string | undefined): void {
    const signed = this.#verdictOn(name, channel, auth);
    this.#transcript.record({
      kind: 'fact',
      peer: name,
      name: 'subscription',
      value: { channel, own: channel === this.#app.channel, signed },
    });
    if (signed === 'valid' && this.behaviour.subscriptions === 'confirm') {
      this.send(name, { event: protocolEvent.succeeded, channel, data: '{}' });
      return;
    }
    const data = { type: 'AuthError', error: 'The subscription was refused', status: 401 };
    this.send(name, { event: protocolEvent.refused, channel, data });
  }

  /** What a signature is worth on a connection: told before the secret is gone. */
  #verdictOn(name: string, channel: string, auth: string | undefined): string {
    if (auth === undefined || auth === '') return 'none';
    const signature = (socketId: string): string =>
      `${this.#app.key}:${channelSignature(this.#app.secret, socketId, channel)}`;
    if (auth === signature(this.socketIdOf(name) ?? '')) return 'valid';
    return this.#connections.some(({ socketId }) => auth === signature(socketId)) ? 'other-socket' : 'wrong';
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const began = performance.now();
    const name = `request ${++this.#requests}`;
    let body = '';
    request.setEncoding('utf8');
    request.on('error', () => {});
    request.on('data', (chunk: string) => {
      if (body.length < longestBody) body += chunk;
    });
    request.on('end', () => {
      const { status, reply, fact } = this.#authorize(request, body);
      if (this.#requests <= 2 * mostAttempts) {
        this.#transcript.record({
          kind: 'exchange',
          peer: name,
          method: request.method ?? '',
          url: request.url ?? '',
          requestHeaders: { 'content-type': request.headers['content-type'] ?? '' },
          requestBody: body.slice(0, 500),
          status,
          headers: {},
          body: reply.text,
          ms: performance.now() - began,
        });
        if (fact) this.#transcript.record({ kind: 'fact', peer: name, name: 'authorization', value: fact });
      }
      response.writeHead(status, { 'content-type': reply.type, 'access-control-allow-origin': '*' });
      response.end(reply.text);
    });
  }

  #authorize(request: IncomingMessage, body: string) {
    const json = (
      status: number,
      value: Json,
      fact?: { channel: string; own: boolean; granted: boolean },
    ) => ({
      status,
      reply: { type: 'application/json', text: JSON.stringify(value) },
      fact,
    });
    if (request.method !== 'POST' || request.url !== this.#app.authPath)
      return json(404, { message: 'Not found' });
    const { socket_id: socketId, channel_name: channel } = fieldsOf(request, body);
    const { auth } = this.behaviour;
    const own = channel === this.#app.channel;
    const isEntitled = own && request.headers.authorization === `Bearer ${this.#app.token}`;
    const fact = { channel: String(channel), own, granted: isEntitled && auth === 'sign' };
    if (!isEntitled) return json(403, { message: 'Forbidden' }, fact);
    if (auth !== 'sign') {
      const text = 'json' in auth ? JSON.stringify(auth.json) : auth.text;
      return { status: auth.status, reply: { type: auth.type, text }, fact };
    }
    const signature = channelSignature(this.#app.secret, String(socketId), String(channel));
    return json(200, { auth: `${this.#app.key}:${signature}` }, fact);
  }
}

/** The fields of an auth request, in whichever of the two encodings. */
function fieldsOf(request: IncomingMessage, body: string): Readonly<Record<string, Json | undefined>> {
  if (!request.headers['content-type']?.includes('json'))
    return Object.fromEntries(new URLSearchParams(body));
  const value = parseJson(body);
  return isObject(value) ? value : {};
}
