import type { Json, JsonObject } from '../../contract/json.ts';
import type { Stage } from '../../suite/scene.ts';
import type { Client, PusherTarget } from '../../target/target.ts';
import type { Exchange } from '../../wire/event.ts';
import { exchange } from './http-pool.ts';
import type { JobDriver, SubmitKind } from './job-driver.ts';
import { canScript, performerOf } from './performer.ts';

/** Makes an application emit, by a job API shaped like ModelBeam's: paths and bodies are the target file's. */
export class JobsRestDriver implements JobDriver {
  readonly #target: PusherTarget;
  readonly #stage: Stage;

  constructor(target: PusherTarget, stage: Stage) {
    this.#target = target;
    this.#stage = stage;
  }

  /** Submits a job; the script is put into the body of the target file, where the API takes one. */
  async submit(kind: SubmitKind, client: Client, script: JsonObject, webhookUrl?: string): Promise<Exchange> {
    const call = this.#target.jobs?.[kind];
    if (!call) throw new Error(`no call ${kind} under jobs`);
    return this.#call(client, 'POST', call.path, {
      ...(call.body as JsonObject),
      ...(this.honours() ? script : {}),
      ...(webhookUrl === undefined ? {} : { webhook_url: webhookUrl }),
    });
  }

  /** An API that holds jobs and moves them step by step also takes how often they are to report. */
  honours(): boolean {
    return canScript(this.#target) && performerOf(this.#target, 'hold') === 'jobs-rest';
  }

  async status(id: string, client: Client): Promise<Exchange> {
    return this.#call(client, 'GET', this.#statusPath(id));
  }

  /** Moves a job that was submitted with `hold: true` one step. */
  async step(id: string, client: Client, to: Json): Promise<Exchange> {
    return this.#call(client, 'POST', `${this.#statusPath(id)}/step`, to);
  }

  #statusPath(id: string): string {
    return (this.#target.jobs?.status.path ?? '').replaceAll('{request}', encodeURIComponent(id));
  }

  async #call(client: Client, method: string, path: string, body?: Json): Promise<Exchange> {
    return exchange(this.#stage, {
      name: 'rest',
      method,
      url: `${(this.#target.urls.api ?? '').replace(/\/$/, '')}${path}`,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${client.tokens.api ?? ''}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}
