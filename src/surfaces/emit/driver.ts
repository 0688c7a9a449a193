import { isObject, type Json } from '../../contract/json.ts';
import type { EmitRules } from '../../contract/rules.ts';
import type { Stage } from '../../suite/scene.ts';
import type { EmitTarget, Space, SpaceToken } from '../../target/target.ts';
import type { Exchange } from '../../wire/event.ts';
import { HttpClient } from '../../wire/http.ts';
import { isByCommand, performByCommand, uselessReply, whyByCommand } from '../command-program.ts';
import { isControlTaken } from '../control-answer.ts';
import { tokenOf } from './offers.ts';

/** A call of the REST API, with what fills its path. */
export interface RestRequest {
  /** Row of `rest` in the rules. */
  readonly call: string;
  readonly token: string | undefined;
  readonly space?: string;
  readonly job?: string;
  readonly body?: Json;
  /** Asked over HTTP, whatever other driver there is: a refusal is judged of the API alone. */
  readonly http?: boolean;
  /** Name of the exchange in the recording. @default rest */
  readonly name?: string;
}

/** Makes the target emit: by the REST API that the rules describe, or by a program that performs the verbs. */
export class EmitDriver {
  readonly #rules: EmitRules;
  readonly #target: EmitTarget;
  readonly #stage: Stage;

  constructor(rules: EmitRules, target: EmitTarget, stage: Stage) {
    this.#rules = rules;
    this.#target = target;
    this.#stage = stage;
  }

  async request(request: RestRequest): Promise<Exchange> {
    const call = this.#rules.rest[request.call];
    if (!call) throw new Error(`no REST call ${request.call} in the rules`);
    if (!request.http && this.#isForCommand(request.call)) return this.#command(request);
    const path = call.path
      .replace('{space}', encodeURIComponent(request.space ?? ''))
      .replace('{job}', encodeURIComponent(request.job ?? ''));
    const url = `${(this.#target.urls.http ?? '').replace(/\/$/, '')}${this.#rules.api.root}${path}`;
    const body = call.method === 'POST' ? JSON.stringify(request.body ?? {}) : undefined;
    await this.#stage.turn();
    return httpOf(this.#stage).exchange(this.#stage.recorder.transcript, {
      name: request.name ?? 'rest',
      method: call.method,
      url,
      headers: {
        accept: 'application/json',
        ...this.#target.headers,
        ...(request.token === undefined ? {} : { 'x-api-key': request.token }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
      ms: this.#stage.answerMs,
    });
  }

  #isForCommand(verb: string): boolean {
    const { drivers, command } = this.#target;
    return !drivers.includes('emit-rest') && (command?.verbs.includes(verb) ?? false);
  }

  async #command({ call, space, job, body }: RestRequest): Promise<Exchange> {
    const exchange = await performByCommand(this.#stage, this.#target.command, call, {
      ...(space === undefined ? {} : { space }),
      ...(job === undefined ? {} : { job }),
      body: body ?? {},
    });
    const made = isObject(exchange.json) ? exchange.json.id : undefined;
    if (call === 'create' && isAccepted(exchange) && (typeof made !== 'string' || made === '')) {
      throw uselessReply(exchange, 'has no id');
    }
    return exchange;
  }

  /** Makes a token good for nothing, or good again: by `control`, else by the program, which gets its name. */
  async revocation(verb: 'revoke' | 'restore', space: Space, token: SpaceToken): Promise<boolean> {
    if (this.#target.control !== undefined) {
      return this.control({ op: verb, token: tokenOf(space, token) ?? '' });
    }
    return isAccepted(
      await this.#command({ call: verb, token: undefined, space: space.id, body: { token } }),
    );
  }

  /** Moves a job's or connection's timers on, or revokes a token, where the target has `control`. */
  async control(command: Json): Promise<boolean> {
    if (this.#target.control === undefined) return false;
    const exchange = await httpOf(this.#stage).exchange(this.#stage.recorder.transcript, {
      name: 'control',
      method: 'POST',
      url: this.#target.control,
      headers: { 'content-type': 'application/json', ...this.#target.headers },
      body: JSON.stringify(command),
      ms: this.#stage.answerMs,
    });
    return isControlTaken(exchange);
  }
}

/** One pool of HTTP connections per target and run. */
export function httpOf(stage: Stage): HttpClient {
  const known = stage.shared.get('http');
  if (known instanceof HttpClient) return known;
  const made = new HttpClient(stage.target.tls, stage.connectMs);
  stage.shared.set('http', made);
  return made;
}

/** 2xx, and not an error in disguise. */
export function isAccepted(exchange: Exchange): boolean {
  if (exchange.status < 200 || exchange.status > 299) return false;
  return !(isObject(exchange.json) && typeof exchange.json.error === 'string');
}

/** Why a call was not taken, in words. */
export function whyNot(exchange: Exchange): string {
  if (isByCommand(exchange)) return whyByCommand(exchange);
  const asked = `${exchange.method} ${new URL(exchange.url).pathname}`;
  if (exchange.status === 0) return `${asked}: ${exchange.error ?? 'no answer'}`;
  return `${asked} was answered ${exchange.status} ${exchange.body.slice(0, 120)}`.trim();
}
