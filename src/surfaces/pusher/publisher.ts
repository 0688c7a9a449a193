import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../contract/json.ts';
import type { PusherRules } from '../../contract/pusher-rules.ts';
import { SceneStopped } from '../../suite/scene.ts';
import type { Exchange, Frame, WireEvent } from '../../wire/event.ts';
import { isTaken, whyNot } from './http-pool.ts';
import type { PublishDriver } from './job-driver.ts';
import type { PusherHttpDriver, TriggerRequest } from './pusher-http-driver.ts';
import { isStillOn } from './standing.ts';
import type { Waits } from './waits.ts';

/** One event that was published: what each subscriber of its channels is owed. */
export interface Published extends JsonObject {
  readonly name: string;
  readonly channels: readonly string[];
  readonly data: string;
  /** Socket id that it was not meant for. */
  readonly except: string | null;
}

/** Publishes events, and keeps a record of what was accepted: from it the delivery is judged. */
export class Publisher {
  readonly #rules: PusherRules;
  readonly #waits: Waits;
  readonly #driver: PublishDriver;
  readonly #trigger: PusherHttpDriver;
  #serial = 0;

  /** `driver` publishes; `trigger` is the signed API, for what is asked of that API itself. */
  constructor(rules: PusherRules, waits: Waits, driver: PublishDriver, trigger: PusherHttpDriver) {
    this.#rules = rules;
    this.#waits = waits;
    this.#driver = driver;
    this.#trigger = trigger;
  }

  get trigger(): PusherHttpDriver {
    return this.#trigger;
  }

  /** A job that exists only in what is published of it; its events bear the scene's nonce. */
  job(name: string, channel: string): string {
    const id = randomUUID();
    const { recorder } = this.#waits.stage;
    recorder.job({
      name,
      id,
      where: channel,
      nonce: recorder.nonce,
      calls: [],
      from: this.#waits.position,
      about: { published: true },
    });
    return id;
  }

  /** Publishes one update of such a job; one that is not taken stops the scene. */
  async update(name: string, update: JsonObject, step: string): Promise<void> {
    const { recorder } = this.#waits.stage;
    const job = recorder.recording.jobs[name];
    if (!job) throw new SceneStopped(`there is no job ${name}`);
    const data = { request_id: job.id, ...update, nonce: recorder.nonce, serial: this.#serial++ };
    await this.publish(name, step, {
      name: this.#rules.names.event,
      channels: [job.where],
      data: JSON.stringify(data),
      except: null,
    });
  }

  /** Publishes one event; one that is not taken stops the scene. */
  async publish(job: string, step: string, event: Published): Promise<Exchange> {
    const from = this.#waits.position;
    const { name, channels, data, except } = event;
    const exchange = await this.#driver.publish({
      name,
      channels,
      data,
      ...(except === null ? {} : { socket_id: except }),
    });
    this.note(job, 'publish', event, exchange);
    if (!isTaken(exchange)) {
      this.#waits.skip(step, 'publish', whyNot(exchange));
      throw new SceneStopped(whyNot(exchange));
    }
    this.#waits.done(step, 'publish', from, [exchange.seq]);
    return exchange;
  }

  /** Writes down what was published. What bears the verb `publish` its subscribers are owed, in that order. */
  note(job: string, verb: 'publish' | 'row', event: Published, exchange: Exchange): void {
    this.#waits.stage.recorder.call(job, {
      verb,
      body: event,
      accepted: isTaken(exchange),
      seq: exchange.seq,
    });
  }

  /** Any request to the trigger API. */
  async request(wanted: TriggerRequest): Promise<Exchange> {
    return this.#trigger.request(wanted);
  }

  /** Waits until each of the peers has had an update of that status. */
  async await(
    step: string,
    peers: readonly string[],
    name: string,
    status: string,
    { from, owns }: { readonly from: number; readonly owns?: string | undefined },
  ): Promise<void> {
    const { recording } = this.#waits.stage.recorder;
    const { id = name, where = '' } = recording.jobs[name] ?? {};
    for (const peer of peers) {
      await this.#waits.step({
        step: peers.length === 1 ? step : `${step} on ${peer}`,
        verb: 'await',
        peer,
        from,
        owns: isStillOn(recording, peer, where) ? owns : undefined,
        what: `published ${status} event`,
        matches: (event: WireEvent): event is Frame =>
          // By its text, so that what was encoded once more, or once less, is seen and not waited for.
          event.kind === 'frame' && event.text.includes(id) && event.text.includes(status),
      });
    }
  }
}
