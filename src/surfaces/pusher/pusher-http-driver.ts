import type { Json } from '../../contract/json.ts';
import type { PusherRules, TriggerCall } from '../../contract/pusher-rules.ts';
import type { Stage } from '../../suite/scene.ts';
import type { PusherTarget } from '../../target/target.ts';
import type { Exchange } from '../../wire/event.ts';
import { md5, requestSignature } from '../../wire/sign.ts';
import { exchange } from './http-pool.ts';
import type { PublishDriver, PublishRequest } from './job-driver.ts';

/** One request to the trigger API: the good one, but for what is named. */
export interface TriggerRequest {
  /** Name of the exchange in the recording. */
  readonly name: string;
  readonly call: TriggerCall;
  /** The channel in the path. */
  readonly channel?: string;
  readonly body?: Json;
  /** The body as it is, where it is to be no JSON. */
  readonly raw?: string;
  /** Query parameters in place of the good ones; null leaves one out. */
  readonly query?: Readonly<Record<string, string | null>>;
  /** What is signed in place of what is sent. */
  readonly sign?: { readonly secret?: string; readonly path?: string; readonly method?: string };
  /** True where the query is changed after it was signed. */
  readonly changedAfter?: boolean;
}

/** Publishes through the signed trigger API of a relay. */
export class PusherHttpDriver implements PublishDriver {
  readonly #rules: PusherRules;
  readonly #target: PusherTarget;
  readonly #stage: Stage;

  constructor(rules: PusherRules, target: PusherTarget, stage: Stage) {
    this.#rules = rules;
    this.#target = target;
    this.#stage = stage;
  }

  async publish(event: PublishRequest): Promise<Exchange> {
    return this.request({ name: 'trigger', call: 'events', body: { ...event } });
  }

  async request(wanted: TriggerRequest): Promise<Exchange> {
    const { app, urls } = this.#target;
    const { method, path: template } = this.#rules.triggerApi.calls[wanted.call];
    const path = this.path(template, wanted.channel);
    const body = method === 'POST' ? (wanted.raw ?? JSON.stringify(wanted.body ?? {})) : undefined;
    const good = {
      auth_key: app.key,
      auth_timestamp: String(Math.floor(Date.now() / 1000)),
      auth_version: '1.0',
      ...(body === undefined ? {} : { body_md5: md5(body) }),
    };
    const sign = (query: Readonly<Record<string, string>>): string =>
      requestSignature(
        wanted.sign?.secret ?? app.secret ?? '',
        wanted.sign?.method ?? method,
        wanted.sign?.path ?? path,
        query,
      );
    const changed = changedBy(good, wanted.query);
    const query = wanted.changedAfter
      ? changedBy({ ...good, auth_signature: sign(good) }, wanted.query)
      : { ...changed, auth_signature: sign(changed) };
    return exchange(this.#stage, {
      name: wanted.name,
      method,
      url: `${(urls.trigger ?? '').replace(/\/$/, '')}${path}?${new URLSearchParams(query)}`,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body }),
    });
  }

  /** A path of the rules for this app, and a channel where one stands in it. */
  path(template: string, channel = ''): string {
    return template
      .replace('{app}', this.#target.app.id ?? '')
      .replace('{channel}', encodeURIComponent(channel));
  }
}

function changedBy(
  good: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>> = {},
): Record<string, string> {
  const all = { ...good, ...changes };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}
