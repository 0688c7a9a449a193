import { isObject, type Json, type JsonObject } from '../../contract/json.ts';
import type { Stage } from '../../suite/scene.ts';
import type { Client, PusherTarget } from '../../target/target.ts';
import type { Exchange } from '../../wire/event.ts';
import { performByCommand, uselessReply } from '../command-program.ts';
import { isTaken } from './http-pool.ts';
import { requestIn, stateIn } from './job-answers.ts';
import {
  type JobDriver,
  type PublishDriver,
  type PublishRequest,
  type SubmitKind,
  statuses,
} from './job-driver.ts';
import { progressOf } from './message.ts';

/**
 * Has a program of the user's make the target emit. It has keys of its own and is told ids of clients, never a
 * token. What it says about a job is checked for its form before it is used: a program that talks nonsense
 * breaks the scene (an error), and nothing of it is held against the target.
 */
export class CommandDriver implements JobDriver, PublishDriver {
  readonly #target: PusherTarget;
  readonly #stage: Stage;

  constructor(target: PusherTarget, stage: Stage) {
    this.#target = target;
    this.#stage = stage;
  }

  async submit(kind: SubmitKind, client: Client, script: JsonObject): Promise<Exchange> {
    const { hold, ...body } = script;
    const exchange = await this.#perform(hold === true ? 'hold' : kind, { client: client.id, body });
    if (isTaken(exchange) && requestIn(exchange) === undefined)
      throw uselessReply(exchange, 'has no request_id');
    return exchange;
  }

  /** Only the program knows whether it could have the job go by our script. */
  honours(exchange: Exchange): boolean {
    return isObject(exchange.json) && exchange.json.scripted === true;
  }

  async status(id: string, client: Client): Promise<Exchange> {
    const exchange = await this.#perform('status', { client: client.id, job: id, body: {} });
    if (!isTaken(exchange)) return exchange;
    const { status, progress } = stateIn(exchange) ?? {};
    if (!statuses.includes(String(status)))
      throw uselessReply(exchange, `has no status of ${statuses.join(', ')}`);
    if (progress !== null && progressOf(progress) === undefined) {
      throw uselessReply(exchange, 'has no progress, be it a number or null');
    }
    return exchange;
  }

  async step(id: string, client: Client, to: Json): Promise<Exchange> {
    return this.#perform('step', { client: client.id, job: id, body: to });
  }

  async publish(event: PublishRequest): Promise<Exchange> {
    return this.#perform('publish', { body: { ...event } });
  }

  /** Makes a client's token good for nothing, or good again; the program gets its name. */
  async revocation(verb: 'revoke' | 'restore', client: Client, token: 'api'): Promise<Exchange> {
    return this.#perform(verb, { client: client.id, body: { token } });
  }

  async #perform(verb: string, args: JsonObject): Promise<Exchange> {
    return performByCommand(this.#stage, this.#target.command, verb, args);
  }
}
