/**
 * Does again what was done on a server, bare: the same dials, messages and requests, each when all has come that had come
 * before it in the recording. Nothing is kept of what comes but the values that later acts need, and nothing is judged.
 * @module
 */

import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { WebSocket } from 'ws';
import {
  type Act,
  type Arrival,
  type Learned,
  type Line,
  requestIn,
  type SceneScript,
  type TargetScript,
  type Text,
} from './replay-script.ts';

/** How much of what came in the recording came again. */
export interface Fidelity {
  readonly awaited: number;
  /** What did not come in time, or came otherwise: where, and what. */
  readonly astray: readonly string[];
}

/** Nothing is waited for longer than this, on a busy machine either. */
const patience = 10_000;

/** As many scenes at a time as `conform` has. */
const scenesAtATime = 32;

type Dial = Extract<Act, { readonly do: 'dial' }>;
type Ask = Extract<Act, { readonly do: 'ask' }>;

/** Plays scripts on a server at `host`, all targets at once. */
export async function replay(
  scripts: readonly TargetScript[],
  host: string,
  patienceMs = patience,
): Promise<Fidelity> {
  const player = new Player(host, patienceMs);
  await player.open();
  try {
    const slot = limited(scenesAtATime);
    await Promise.all(scripts.map((script) => player.play(script, slot)));
    return { awaited: player.awaited, astray: player.astray };
  } finally {
    await player.close();
  }
}

class Player {
  awaited = 0;
  readonly astray: string[] = [];
  readonly #host: string;
  readonly #agent = new Agent({ connections: 64, pipelining: 1 });
  readonly #statuses = new Map<
    string,
    { readonly statuses: readonly number[]; came: number; tell: () => void }
  >();
  readonly #sink = createServer((incoming, response) => {
    incoming.resume().on('end', () => {
      const known = this.#statuses.get(incoming.url ?? '');
      response.statusCode = known?.statuses[known.came] ?? 200;
      response.end();
      if (!known) return;
      known.came += 1;
      known.tell();
    });
  });

  readonly #patienceMs: number;

  constructor(host: string, patienceMs: number) {
    this.#host = host;
    this.#patienceMs = patienceMs;
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#sink.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#sink.close();
    this.#sink.closeAllConnections();
    await this.#agent.destroy();
  }

  async play(script: TargetScript, slot: <T>(task: () => Promise<T>) => Promise<T>): Promise<void> {
    const places = new Map<string, Promise<void>>();
    const acts = script.scenes.filter(({ alone }) => !alone);
    const done = await Promise.all(
      acts.map((scene) => slot(() => exclusively(places, scene.spaces, () => this.#perform(scene, script)))),
    );
    await Promise.all(done.map((one) => one.end()));
    for (const scene of script.scenes) if (scene.alone) await (await this.#perform(scene, script)).end();
  }

  async #perform(scene: SceneScript, script: TargetScript): Promise<Performance> {
    const { port } = this.#sink.address() as AddressInfo;
    const hosts: [string, string][] = [[script.was, this.#host]];
    if (script.sinkWas !== undefined) hosts.push([script.sinkWas, `127.0.0.1:${port}`]);
    const performance = new Performance(scene, {
      agent: this.#agent,
      hosts,
      secret: script.secret,
      patienceMs: this.#patienceMs,
    });
    for (const [path, statuses] of Object.entries(scene.webhooks)) {
      this.#statuses.set(path, { statuses, came: 0, tell: () => performance.webhook(path) });
    }
    await performance.run(scene.lines);
    this.awaited += performance.awaited;
    this.astray.push(...performance.astray.map((what) => `${script.name} ${scene.id}: ${what}`));
    return performance;
  }
}

/** One scene while it is done again. */
class Performance {
  awaited = 0;
  readonly astray: string[] = [];
  readonly #scene: SceneScript;
  readonly #agent: Agent;
  readonly #secret: string | undefined;
  readonly #patienceMs: number;
  readonly #hosts: readonly (readonly [string, string])[];
  readonly #known = new Map<string, string>();
  readonly #sockets = new Map<string, WebSocket>();
  readonly #statuses = new Map<string, number>();
  readonly #frames = new Map<string, string[]>();
  readonly #counts = new Map<string, number>();
  readonly #replies = new Map<number, number>();
  readonly #closed = new Set<string>();
  readonly #lost = new Set<string>();
  readonly #learnt = new Map<number, readonly Learned[]>();
  #tell: () => void = () => {};

  constructor(
    scene: SceneScript,
    means: {
      readonly agent: Agent;
      readonly hosts: readonly (readonly [string, string])[];
      readonly secret: string | undefined;
      readonly patienceMs: number;
    },
  ) {
    this.#scene = scene;
    this.#agent = means.agent;
    this.#hosts = means.hosts;
    this.#secret = means.secret;
    this.#patienceMs = means.patienceMs;
    for (const line of scene.lines)
      if ('await' in line && line.await === 'reply') this.#learnt.set(line.id, line.learn);
  }

  webhook(path: string): void {
    this.#count(`webhook ${path}`);
  }

  async run(lines: readonly Line[]): Promise<void> {
    for (const line of lines) {
      if ('do' in line) this.#act(line);
      else {
        this.awaited += 1;
        const isLost = 'peer' in line && this.#lost.has(line.peer);
        if (isLost ? this.#came(line) : await this.#until(() => this.#came(line))) continue;
        this.astray.push(`no ${inWords(line)}`);
        // Who has got less than in the recording will not catch up; the others go on.
        if ('peer' in line) this.#lost.add(line.peer);
      }
    }
  }

  /** The drain: pings and closes, without the time that is spent watching. */
  async end(): Promise<void> {
    for (const line of this.#scene.drain) if ('do' in line && line.do === 'ping') this.#act(line);
    const pongs = this.#scene.drain.filter((line) => 'await' in line && line.await === 'pong');
    await this.run(pongs);
    for (const [peer, socket] of this.#sockets) {
      if (!this.#closed.has(peer)) socket.close(1000);
    }
    const open = (): boolean => [...this.#sockets.keys()].some((peer) => !this.#closed.has(peer));
    if (!(await this.#until(() => !open()))) for (const socket of this.#sockets.values()) socket.terminate();
  }

  #act(line: Act): void {
    const { peer = '' } = 'peer' in line ? line : {};
    const socket = this.#sockets.get(peer);
    const isOpen = socket?.readyState === WebSocket.OPEN;
    switch (line.do) {
      case 'dial':
        this.#dial(line);
        return;
      case 'send': {
        const text = this.#now(line.message);
        if (isOpen) socket.send(line.binary ? Buffer.from(text, 'base64') : text);
        return;
      }
      case 'ping':
        if (isOpen) socket.ping();
        return;
      case 'close': {
        if (line.code === 1006) socket?.terminate();
        else socket?.close(1000);
        return;
      }
      case 'ask':
        void this.#ask(line);
    }
  }

  #dial({ peer, url, headers, protocol, compress, autoPong }: Dial): void {
    this.#closed.delete(peer);
    this.#statuses.delete(peer);
    const socket = new WebSocket(this.#now(url), protocol === undefined ? [] : [protocol], {
      headers: { ...headers },
      perMessageDeflate: compress,
      autoPong,
      followRedirects: false,
    });
    this.#sockets.set(peer, socket);
    const answered = (status: number): void => {
      this.#statuses.set(peer, status);
      this.#tell();
    };
    socket.on('open', () => answered(101));
    socket.on('unexpected-response', (asked, response) => {
      this.#closed.add(peer);
      response.resume().on('end', () => {
        answered(response.statusCode ?? 0);
        asked.destroy();
      });
    });
    socket.on('message', (data) => {
      const frames = this.#frames.get(peer) ?? [];
      this.#frames.set(peer, frames);
      frames.push(String(data));
      this.#tell();
    });
    socket.on('pong', () => this.#count(`pong ${peer}`));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#closed.add(peer);
      this.#tell();
    });
  }

  async #ask({ id, method, url, headers, body, resign }: Ask): Promise<void> {
    const sent = body === undefined ? undefined : this.#now(body);
    const changed = body !== undefined && sent !== body.text;
    const asked = this.#now(url);
    try {
      const response = await request(
        resign && changed ? this.#signedAnew(method, asked, sent ?? '') : asked,
        {
          dispatcher: this.#agent,
          method: method as 'GET',
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [name, this.#now(value)]),
          ),
          ...(sent === undefined ? {} : { body: sent }),
        },
      );
      // At once: what is said of a job may come before the answer to its submission, and is known by it.
      this.#learn(this.#learnt.get(id) ?? [], await response.body.text());
      this.#replies.set(id, response.statusCode);
    } catch {
      this.#replies.set(id, 0);
    }
    this.#tell();
  }

  /** A request to the trigger API whose body is another one now. */
  #signedAnew(method: string, url: string, body: string): string {
    const { origin, pathname, searchParams } = new URL(url);
    searchParams.set('body_md5', createHash('md5').update(body).digest('hex'));
    searchParams.delete('auth_signature');
    const query = [...searchParams]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`);
    searchParams.set('auth_signature', this.#hmac([method, pathname, query.join('&')].join('\n')));
    return `${origin}${pathname}?${searchParams}`;
  }

  /** True once it is there, whatever it looks like. */
  #came(line: Arrival): boolean {
    switch (line.await) {
      case 'answer': {
        const status = this.#statuses.get(line.peer);
        if (status !== undefined && status !== line.status)
          this.astray.push(`${status} for ${line.status} on ${line.peer}`);
        return status !== undefined;
      }
      case 'frame': {
        const frame = this.#ownFrames(line.peer)[line.count - 1];
        if (frame !== undefined) this.#learn(line.learn, frame);
        return frame !== undefined;
      }
      case 'pong':
        return (this.#counts.get(`pong ${line.peer}`) ?? 0) >= line.count;
      case 'closed':
        return this.#closed.has(line.peer);
      case 'reply': {
        const reply = this.#replies.get(line.id);
        if (reply !== undefined && reply !== line.status)
          this.astray.push(`${reply} for ${line.status} by request ${line.id}`);
        return reply !== undefined;
      }
      case 'webhook':
        return (this.#counts.get(`webhook ${line.path}`) ?? 0) >= line.count;
    }
  }

  /** Frames but for updates of jobs that are not this scene's. */
  #ownFrames(peer: string): readonly string[] {
    const frames = this.#frames.get(peer) ?? [];
    const { requests } = this.#scene;
    if (requests.length === 0 && !this.#secret) return frames;
    const own = new Set(requests.map((was) => this.#known.get(was) ?? was));
    return frames.filter((text) => {
      const id = requestIn(text);
      return id === undefined || own.has(id);
    });
  }

  #learn(wanted: readonly Learned[], text: string): void {
    if (wanted.length === 0) return;
    const message: unknown = jsonOf(text);
    for (const { path, was } of wanted) {
      const value = path.reduce<unknown>((at, key) => {
        const inside = typeof at === 'string' ? jsonOf(at) : at;
        return typeof inside === 'object' && inside !== null
          ? (inside as Record<string, unknown>)[key]
          : undefined;
      }, message);
      if (typeof value === 'string') this.#known.set(was, value);
    }
  }

  /** A text with the values and signatures of this run. */
  #now({ text, uses, signatures }: Text): string {
    let now = this.#put(text, uses);
    for (const { was, of } of signatures) now = now.replaceAll(was, this.#hmac(this.#put(of, uses)));
    return now;
  }

  #put(text: string, uses: readonly string[]): string {
    let now = text;
    for (const was of uses) now = now.replaceAll(was, this.#known.get(was) ?? was);
    for (const [was, is] of this.#hosts) now = now.replaceAll(was, is);
    return now;
  }

  #hmac(text: string): string {
    return createHmac('sha256', this.#secret ?? '')
      .update(text)
      .digest('hex');
  }

  #count(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#tell();
  }

  async #until(holds: () => boolean): Promise<boolean> {
    if (holds()) return true;
    return new Promise((resolve) => {
      const end = (held: boolean): void => {
        clearTimeout(timer);
        this.#tell = () => {};
        resolve(held);
      };
      const timer = setTimeout(() => end(false), this.#patienceMs);
      this.#tell = () => {
        if (holds()) end(true);
      };
    });
  }
}

function inWords(line: Arrival): string {
  const where = 'peer' in line ? line.peer : 'path' in line ? line.path : `request ${line.id}`;
  return `${line.await}${'count' in line ? ` ${line.count}` : ''} on ${where}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** At most so many tasks at a time, in order. */
function limited(size: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = size;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/** One after the other where they want the same place. */
async function exclusively<T>(
  places: Map<string, Promise<void>>,
  wanted: readonly string[],
  task: () => Promise<T>,
): Promise<T> {
  const before = Promise.all(wanted.map((place) => places.get(place)));
  const work = before.then(task);
  const over = work.then(
    () => {},
    () => {},
  );
  for (const place of wanted) places.set(place, over);
  return work;
}
