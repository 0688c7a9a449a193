import { createServer, type Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Json, parseJson } from '../../contract/json.ts';
import type { EmitRules } from '../../contract/rules.ts';
import type { Target } from '../../target/target.ts';
import { type OnAPort, onAPort } from '../../wire/on-a-port.ts';
import type { Transcript } from '../../wire/transcript.ts';
import type { PlayedServer } from './client-life.ts';
import { mostAttempts } from './played-pusher.ts';
import { connectionName } from './seen.ts';

/** The job whose stream is played, and the token that opens it. */
export interface PlayedJob {
  readonly id: string;
  readonly token: string;
  readonly path: string;
  readonly command: string;
}

/** @throws Error where the target is no client of this surface. */
export function jobOfClient(target: Target, { api }: EmitRules): PlayedJob {
  const token = target.surface === 'emit' ? target.spaces[0]?.tokens.read : undefined;
  if (target.surface !== 'emit' || !target.client || !target.job || typeof token !== 'string')
    throw new Error('not a client under test');
  const path = `${api.root}${api.jobStream.replace('{job}', target.job)}`;
  return { id: target.job, token, path, command: target.client.command };
}

/** The stream of one job, for one scene. What happens to the job is up to the scene. */
export class PlayedEmit implements PlayedServer {
  readonly #transcript: Transcript;
  readonly #job: PlayedJob;
  readonly #http: Server = createServer((_request, response) => response.writeHead(404).end());
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
  readonly #open = new Map<string, WebSocket>();
  #attempts = 0;
  #port: OnAPort | undefined;

  constructor(transcript: Transcript, job: PlayedJob) {
    this.#transcript = transcript;
    this.#job = job;
    this.#http.on('clientError', (_error, socket) => socket.destroy());
    this.#http.on('upgrade', (request, socket, head) => {
      socket.on('error', () => {});
      this.#attempts += 1;
      if (this.#attempts > mostAttempts) return void socket.destroy();
      const name = connectionName(this.#attempts);
      const url = request.url ?? '';
      const [path, query] = url.split('?');
      transcript.record({ kind: 'dial', peer: name, url, headers: {} });
      const isRight = path === job.path && new URLSearchParams(query).get('token') === job.token;
      // Only who was told of this run has the token: told before it is taken out of the recording.
      transcript.record({ kind: 'fact', peer: name, name: 'admission', value: { right: isRight } });
      if (!isRight)
        return void socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#take(name, ws));
    });
  }

  async open(): Promise<number> {
    this.#port = await onAPort(this.#http);
    return this.#port.port;
  }

  async close(): Promise<void> {
    for (const ws of this.#open.values()) ws.terminate();
    await this.#port?.close();
  }

  /** Sends an event of the job to whoever is connected. */
  send(event: { readonly type: string; readonly status: string; readonly data?: Json }): void {
    const envelope = {
      jobId: this.#job.id,
      jobName: 'plumbline',
      ...event,
      timestamp: new Date().toISOString(),
    };
    const text = JSON.stringify(envelope);
    for (const [name, ws] of this.#open) {
      this.#transcript.record({ kind: 'sent', peer: name, text, binary: false });
      ws.send(text);
    }
  }

  /** A control frame, which every WebSocket answers. */
  ping(name: string): void {
    this.#transcript.record({ kind: 'ping', peer: name, by: 'us' });
    this.#open.get(name)?.ping();
  }

  #take(name: string, ws: WebSocket): void {
    this.#open.set(name, ws);
    this.#transcript.record({ kind: 'opened', peer: name, headers: {} });
    const account = { sent: 0 };
    ws.on('error', () => {});
    ws.on('close', (code, reason) => {
      this.#open.delete(name);
      const said = reason.toString().slice(0, 200);
      this.#transcript.record({ kind: 'closed', peer: name, by: 'them', code, reason: said });
    });
    ws.on('pong', () => void this.#transcript.record({ kind: 'pong', peer: name, by: 'them' }));
    ws.on('message', (bytes: Buffer, binary) => {
      const text = bytes.toString('utf8');
      if (!this.#transcript.intake.event(account, text)) return ws.terminate();
      const message = parseJson(text);
      const json = message === undefined ? {} : { message };
      this.#transcript.record({ kind: 'frame', peer: name, text, binary, bytes: bytes.length, ...json });
    });
  }
}
