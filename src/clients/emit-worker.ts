import { isObject, type JsonObject } from '../contract/json.ts';
import type { EmitTarget, Space, SpaceToken } from '../target/target.ts';

/** Makes jobs of a space and works on them, over the REST API. */
export class EmitWorker {
  readonly #target: EmitTarget;
  readonly #space: Space;

  constructor(target: EmitTarget, tenant: Space['tenant']) {
    const space = target.spaces.find((one) => one.tenant === tenant);
    if (!space) throw new Error(`the reference server has no ${tenant} space`);
    this.#target = target;
    this.#space = space;
  }

  /** A URL of a stream, as a page has it: a job's, or that of the whole space. */
  stream(token: SpaceToken, job?: string): string {
    const path = job ?? `spaces/${this.#space.id}`;
    return `${this.#target.urls.ws}/api/v1/realtime/${path}?token=${this.#token(token)}`;
  }

  /** Makes a job that is not tried again, and returns its id. */
  async create(name: string): Promise<string> {
    const body = { name, payload: {}, maxRetries: 0 };
    return String((await this.#post('producer', `/spaces/${this.#space.id}/jobs`, body)).id);
  }

  /** Takes up so many of the pending jobs of the space. */
  async poll(count: number): Promise<void> {
    await this.#post('worker', `/spaces/${this.#space.id}/jobs/poll`, { count });
  }

  async act(
    job: string,
    verb: 'ack' | 'progress' | 'complete' | 'fail',
    body: JsonObject = {},
  ): Promise<void> {
    await this.#post('worker', `/jobs/${job}/${verb}`, body);
  }

  async #post(role: SpaceToken, path: string, body: JsonObject): Promise<JsonObject> {
    const response = await fetch(`${this.#target.urls.http}/api/v1${path}`, {
      method: 'POST',
      headers: { 'x-api-key': this.#token(role), 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    if (!response.ok || !isObject(answer)) throw new Error(`POST ${path}: status ${response.status}`);
    return answer;
  }

  #token(role: SpaceToken): string {
    const token = this.#space.tokens[role];
    return typeof token === 'string' ? token : (token?.value ?? '');
  }
}
