/**
 * Does again what was done on a server, bare: the same dials, messages and requests, each when all has come that had come
 * before it in the recording. Nothing is kept of what comes but the values that later acts need, and nothing is judged.
 * @module
 */
import { Agent } from 'undici';
import { Pool } from '../../../src/conform/pool.ts';
import { Patience } from './patience.ts';
import { SceneReplay, type Stray } from './scene-replay.ts';
import type { SceneScript, TargetScript } from './script.ts';
import { WebhookSink } from './webhook-sink.ts';

/** How much of what came in the recording came again. */
export interface Fidelity {
  readonly awaited: number;
  /** What did not come in time, or came otherwise: where, and what. */
  readonly astray: readonly (Stray & { readonly where: string })[];
  /** Milliseconds that scenes have spent waiting for what did not come, all added up: no time of a replay's own. */
  readonly inVainMs: number;
}

/** As many scenes at a time as `conform` has. */
const scenesAtATime = 32;

/** A server of which nothing at all comes for so long has nothing more to say, on a busy machine either. */
const usualQuietMs = 5000;

/** Plays scripts on a server at `host`, all targets at once. */
export async function replay(
  scripts: readonly TargetScript[],
  host: string,
  quietMs = usualQuietMs,
): Promise<Fidelity> {
  const player = new Player(host, quietMs);
  await player.open();
  try {
    const pool = new Pool(scenesAtATime);
    await Promise.all(scripts.map((script) => player.play(script, pool)));
    return player.fidelity;
  } finally {
    await player.close();
  }
}

class Player {
  readonly #host: string;
  readonly #patience: Patience;
  readonly #agent = new Agent({ connections: 64, pipelining: 1 });
  readonly #sink = new WebhookSink();
  readonly #played: { readonly where: string; readonly scene: SceneReplay }[] = [];

  constructor(host: string, quietMs: number) {
    this.#host = host;
    this.#patience = new Patience(quietMs);
  }

  get fidelity(): Fidelity {
    const scenes = this.#played.map(({ scene }) => scene);
    return {
      awaited: scenes.reduce((sum, { awaited }) => sum + awaited, 0),
      astray: this.#played.flatMap(({ where, scene }) => scene.astray.map((one) => ({ ...one, where }))),
      inVainMs: scenes.reduce((sum, { inVainMs }) => sum + inVainMs, 0),
    };
  }

  async open(): Promise<void> {
    await this.#sink.open();
  }

  async close(): Promise<void> {
    this.#sink.close();
    await this.#agent.destroy();
  }

  async play(script: TargetScript, pool: Pool): Promise<void> {
    const places = new Map<string, Promise<void>>();
    const together = script.scenes.filter(({ alone }) => !alone);
    const done = await Promise.all(
      together.map((scene) =>
        pool.run(() => exclusively(places, scene.spaces, () => this.#perform(scene, script))),
      ),
    );
    await Promise.all(done.map((one) => one.end()));
    for (const scene of script.scenes) if (scene.alone) await (await this.#perform(scene, script)).end();
  }

  async #perform(script: SceneScript, { name, was, sinkWas, secret }: TargetScript): Promise<SceneReplay> {
    const hosts: [string, string][] = [[was, this.#host]];
    if (sinkWas !== undefined) hosts.push([sinkWas, this.#sink.host]);
    const scene = new SceneReplay(script, {
      agent: this.#agent,
      hosts,
      secret,
      patience: this.#patience,
    });
    this.#played.push({ where: `${name} ${script.id}`, scene });
    for (const [path, statuses] of Object.entries(script.webhooks))
      this.#sink.await(path, statuses, (came) => scene.webhook(path, came));
    await scene.run();
    return scene;
  }
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
