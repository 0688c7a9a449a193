import { isObject, type Json, type JsonObject } from '../../contract/json.ts';
import type { Stage } from '../../suite/scene.ts';
import type { Client, PusherTarget } from '../../target/target.ts';
import type { Exchange } from '../../wire/event.ts';
import { exchange } from './http-pool.ts';

/** Makes an application emit, by a job API shaped like ModelBeam's: paths and bodies are the target file's. */
export class JobsRestDriver {
  readonly #target: PusherTarget;
  readonly #stage: Stage;

  constructor(target: PusherTarget, stage: Stage) {
    this.#target = target;
    this.#stage = stage;
  }

  /** Submits a job; `more` is put into the body of the target file. */
  async submit(kind: SubmitKind, client: Client, more: JsonObject): Promise<Exchange | undefined> {
    const call = this.#callFor(kind);
    return call && this.#call(client, 'POST', call.path, { ...(call.body as JsonObject), ...more });
  }

  /** Why a kind of job cannot be submitted; undefined: it can. */
  lacks(kind: SubmitKind): string | undefined {
    return this.#callFor(kind) === undefined ? `no driver performs ${kind}: it is not under jobs` : undefined;
  }

  async status(id: string, client: Client): Promise<Exchange> {
    return this.#call(client, 'GET', this.#statusPath(id));
  }

  /** Moves a job that was submitted with `hold: true` one step. */
  async step(id: string, client: Client, to: Json): Promise<Exchange> {
    return this.#call(client, 'POST', `${this.#statusPath(id)}/step`, to);
  }

  /** Fetches something from wherever it is, without credentials. */
  async fetch(name: string, url: string): Promise<Exchange> {
    return exchange(this.#stage, { name, method: 'GET', url });
  }

  #callFor(kind: SubmitKind) {
    const { jobs } = this.#target;
    return jobs?.[kind];
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

/** Calls of the target file by which jobs are submitted. */
export type SubmitKind = 'submit' | 'submitFailing' | 'submitOther';

/** The request id of a submission, wherever the application puts it. */
export function requestIn({ json }: Exchange): string | undefined {
  if (!isObject(json)) return undefined;
  const inner = isObject(json.data) ? json.data : json;
  const id = inner.request_id ?? inner.id;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** What the status endpoint says of a job. */
export function stateIn({ json }: Exchange): JsonObject | undefined {
  if (!isObject(json)) return undefined;
  return isObject(json.data) ? json.data : json;
}
