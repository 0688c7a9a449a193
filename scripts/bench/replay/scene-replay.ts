import { type Agent, request } from 'undici';
import { Connections } from './connections.ts';
import type { Patience } from './patience.ts';
import type { Act, Arrival, Learned, Line, SceneScript } from './script.ts';
import { requestIn } from './texts.ts';
import { Values } from './values.ts';

type Ask = Extract<Act, { readonly do: 'ask' }>;

/** What a scene is done again with. */
export interface Means {
  readonly agent: Agent;
  /** Hosts of the recording, and which they are now. */
  readonly hosts: readonly (readonly [string, string])[];
  readonly secret: string | undefined;
  /** Of all scenes that are done again at the same time. */
  readonly patience: Patience;
}

/** An arrival that did not come, or came otherwise. */
export interface Stray {
  readonly line: Arrival;
  readonly words: string;
}

/** One scene while it is done again. */
export class SceneReplay {
  awaited = 0;
  /** Milliseconds that were spent waiting for what did not come. */
  inVainMs = 0;
  readonly astray: Stray[] = [];
  readonly #scene: SceneScript;
  readonly #means: Means;
  readonly #values: Values;
  readonly #connections: Connections;
  readonly #webhooks = new Map<string, number>();
  readonly #replies = new Map<number, number>();
  /** Connections that have got less than in the recording. */
  readonly #lost = new Set<string>();
  readonly #taught = new Map<number, readonly Learned[]>();
  #tell: () => void = () => {};

  constructor(scene: SceneScript, means: Means) {
    this.#scene = scene;
    this.#means = means;
    this.#values = new Values(means.hosts, means.secret);
    this.#connections = new Connections(this.#values, () => this.#arrived());
    for (const line of scene.lines)
      if ('await' in line && line.await === 'reply') this.#taught.set(line.id, line.learn);
  }

  /** A webhook has come, so many by now. */
  webhook(path: string, came: number): void {
    this.#webhooks.set(path, came);
    this.#arrived();
  }

  async run(lines: readonly Line[] = this.#scene.lines): Promise<void> {
    for (const line of lines) {
      if ('do' in line) {
        if (line.do === 'ask') void this.#ask(line);
        else this.#connections.act(line);
      } else await this.#await(line);
    }
  }

  /** The drain: pings and closes, without the time that is spent watching. */
  async end(): Promise<void> {
    const pings = this.#scene.drain.filter((line) => 'do' in line && line.do === 'ping');
    const pongs = this.#scene.drain.filter((line) => 'await' in line && line.await === 'pong');
    await this.run([...pings, ...pongs]);
    this.#connections.close();
    if (!(await this.#until(() => this.#connections.areAllClosed))) this.#connections.terminate();
  }

  #arrived(): void {
    this.#means.patience.renew();
    this.#tell();
  }

  async #await(line: Arrival): Promise<void> {
    this.awaited += 1;
    const isLost = 'peer' in line && this.#lost.has(line.peer);
    if (isLost ? this.#came(line) : await this.#until(() => this.#came(line))) return;
    this.astray.push({ line, words: `no ${inWords(line)}` });
    // Who has got less than in the recording will not catch up; the others go on.
    if ('peer' in line) this.#lost.add(line.peer);
  }

  async #ask({ id, method, url, headers, body, resign }: Ask): Promise<void> {
    const values = this.#values;
    const sent = body === undefined ? undefined : values.now(body);
    const asked = values.now(url);
    try {
      const response = await request(resign ? values.signed(method, asked, sent, resign) : asked, {
        dispatcher: this.#means.agent,
        method: method as 'GET',
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, values.now(value)]),
        ),
        ...(sent === undefined ? {} : { body: sent }),
      });
      // At once: what is said of a job may come before the answer to its submission, and is known by it.
      values.learn(this.#taught.get(id) ?? [], await response.body.text());
      this.#replies.set(id, response.statusCode);
    } catch {
      this.#replies.set(id, 0);
    }
    this.#arrived();
  }

  /** True once it is there, whatever it looks like. */
  #came(line: Arrival): boolean {
    const connections = this.#connections;
    switch (line.await) {
      case 'answer':
        return this.#isStatus(line, connections.status(line.peer), `on ${line.peer}`);
      case 'frame': {
        const frame = this.#ownFrames(line.peer)[line.count - 1];
        if (frame !== undefined) this.#values.learn(line.learn, frame);
        return frame !== undefined;
      }
      case 'pong':
        return connections.pongs(line.peer) >= line.count;
      case 'closed':
        return connections.isClosed(line.peer);
      case 'reply':
        return this.#isStatus(line, this.#replies.get(line.id), `by request ${line.id}`);
      case 'webhook':
        return (this.#webhooks.get(line.path) ?? 0) >= line.count;
    }
  }

  #isStatus(line: Extract<Arrival, { readonly status: number }>, is: number | undefined, where: string) {
    if (is !== undefined && is !== line.status)
      this.astray.push({ line, words: `${is} for ${line.status} ${where}` });
    return is !== undefined;
  }

  /** Frames but for updates of jobs that are not this scene's. */
  #ownFrames(peer: string): readonly string[] {
    const frames = this.#connections.frames(peer);
    const { requests } = this.#scene;
    if (requests.length === 0 && !this.#means.secret) return frames;
    const own = new Set(requests.map((was) => this.#values.of(was)));
    return frames.filter((text) => {
      const id = requestIn(text);
      return id === undefined || own.has(id);
    });
  }

  async #until(holds: () => boolean): Promise<boolean> {
    if (holds()) return true;
    const began = performance.now();
    return new Promise((resolve) => {
      const end = (held: boolean): void => {
        callOff();
        this.#tell = () => {};
        if (!held) this.inVainMs += performance.now() - began;
        resolve(held);
      };
      const callOff = this.#means.patience.wait(() => end(false));
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
