import { parseJson } from '../../contract/json.ts';
import type { Stage } from '../../suite/scene.ts';
import type { PusherTarget } from '../../target/target.ts';
import { hmac } from '../../wire/sign.ts';
import { takesWebhooks } from './performer.ts';
import { type Delivery, WebhookSink } from './webhook-sink.ts';

/** Receives the webhooks of this scene's jobs and records them as exchanges of the peer `webhook`. */
export class Webhooks {
  readonly #target: PusherTarget;
  readonly #stage: Stage;

  constructor(target: PusherTarget, stage: Stage) {
    this.#target = target;
    this.#stage = stage;
  }

  /**
   * A URL for one job; undefined where the target file does not say that jobs take one. `refuse` says how
   * many deliveries are answered with 500 first.
   */
  async url(job: string, refuse = 0): Promise<string | undefined> {
    if (!takesWebhooks(this.#target)) return undefined;
    const sink = await sinkOf(this.#stage);
    let refused = 0;
    return sink.receive(`/${this.#stage.recorder.nonce}/${encodeURIComponent(job)}`, (delivery) => {
      const status = refused++ < refuse ? 500 : 200;
      this.#record(delivery, status);
      return status;
    });
  }

  #record({ url, headers, body }: Delivery, status: number): void {
    const json = parseJson(body);
    const { transcript } = this.#stage.recorder;
    const exchange = transcript.record({
      kind: 'exchange',
      peer: 'webhook',
      method: 'POST',
      url,
      requestHeaders: headers,
      requestBody: body,
      status,
      headers: {},
      body: '',
      ms: 0,
      ...(json === undefined ? {} : { json }),
    });
    const header = (name: string): string | undefined =>
      Object.entries(headers).find(([key]) => key.endsWith(`-${name}`))?.[1];
    const signature = header('signature');
    const { secret } = this.#target.app;
    const verdict =
      signature === undefined
        ? 'none'
        : secret === undefined
          ? 'unknown'
          : signature === `sha256=${hmac(secret, `${header('timestamp')}.${body}`)}`
            ? 'valid'
            : 'wrong';
    transcript.record({
      kind: 'fact',
      peer: 'webhook',
      name: 'webhook-signature',
      value: { exchange: exchange.seq, verdict },
    });
  }
}

/** One receiver per target and run. */
async function sinkOf(stage: Stage): Promise<WebhookSink> {
  const known = stage.shared.get('webhook-sink');
  if (known instanceof Promise) return known as Promise<WebhookSink>;
  const made = WebhookSink.open();
  stage.shared.set('webhook-sink', made);
  return made;
}

/** Closes the receiver that a run has opened, if it has. */
export async function closeSink(shared: Map<string, unknown>): Promise<void> {
  const known = shared.get('webhook-sink');
  if (known instanceof Promise) ((await known) as WebhookSink).close();
}
