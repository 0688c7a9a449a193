import { randomBytes } from 'node:crypto';
import type { PusherRules } from '../../contract/pusher-rules.ts';
import type { Stage } from '../../suite/scene.ts';
import type { Client, PusherTarget } from '../../target/target.ts';
import { channelSignature, hmac } from '../../wire/sign.ts';
import { type AuthEndpoint, signatureIn } from './auth-endpoint.ts';
import { otherClient, ownClient, performerOf } from './performer.ts';
import { fill, type Values } from './template.ts';

/** A signature, and who made it. */
export interface Signed {
  readonly auth: string;
  readonly via: 'secret' | 'endpoint';
}

/** What a signature of a feature is over. */
export interface FeatureParts {
  readonly socketId: string;
  readonly otherSocket: string;
  readonly channel?: string;
  /** channel_data or user_data, as it is sent. */
  readonly data?: string;
}

/** Signs subscriptions: with the app's secret where there is one, else through the auth endpoint. */
export class ChannelAuth {
  readonly #rules: PusherRules;
  readonly #target: PusherTarget;
  readonly #stage: Stage;
  readonly #endpoint: AuthEndpoint;

  constructor(rules: PusherRules, target: PusherTarget, stage: Stage, endpoint: AuthEndpoint) {
    this.#rules = rules;
    this.#target = target;
    this.#stage = stage;
    this.#endpoint = endpoint;
  }

  get hasSecret(): boolean {
    return this.#target.app.secret !== undefined;
  }

  client(which: 'own' | 'other' = 'own'): Client | undefined {
    return which === 'own' ? ownClient(this.#target) : otherClient(this.#target);
  }

  /**
   * The channel of a client. Where this harness publishes the events itself it is a channel of this scene
   * alone: what we say there must not be taken for the application's own words.
   */
  channel(which: 'own' | 'other' = 'own'): string {
    const client = this.client(which);
    const hasJobs = performerOf(this.#target, 'submit') !== undefined;
    const isTheirs = (this.#target.role === 'application' && hasJobs) || !this.hasSecret;
    const id = isTheirs && client ? client.id : `${this.#stage.recorder.nonce}-${which}`;
    return this.#rules.names.channel.replace('{id}', id);
  }

  /** A private channel that nobody else knows of; only the secret opens it. */
  freshChannel(): string {
    return `private-plumbline-${this.#stage.recorder.nonce}-${randomBytes(3).toString('hex')}`;
  }

  /** The right signature for a socket and a channel; undefined where nothing can make it. */
  async right(socketId: string, channel: string, channelData?: string): Promise<Signed | undefined> {
    const { key, secret } = this.#target.app;
    if (secret !== undefined) {
      return { auth: `${key}:${channelSignature(secret, socketId, channel, channelData)}`, via: 'secret' };
    }
    const whose = (['own', 'other'] as const).find((which) => this.channel(which) === channel);
    const token = this.client(whose)?.tokens.api;
    if (this.#target.urls.auth === undefined || whose === undefined || token === undefined) return undefined;
    const answer = await this.#endpoint.request({
      name: 'auth',
      method: 'POST',
      encoding: this.#rules.dialects[this.#stage.target.dialect]?.body ?? 'form',
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      socket_id: socketId,
      channel_name: channel,
    });
    const auth = signatureIn(answer);
    return auth === undefined ? undefined : { auth, via: 'endpoint' };
  }

  /**
   * Whatever the rows of a feature put between braces, for a text that is signed by `signs`. Where there is no
   * secret nothing can be made of it.
   */
  featureValues(signs: string, { socketId, otherSocket, channel = '', data = '' }: FeatureParts): Values {
    const { key, secret } = this.#target.app;
    if (secret === undefined) return { key };
    const text = (change: Values = {}): string => fill(signs, { socket: socketId, channel, data, ...change });
    return {
      key,
      signature: hmac(secret, text()),
      'bare-signature': hmac(secret, channel === '' ? `${socketId}:${data}` : `${socketId}:${channel}`),
      'other-data': hmac(secret, text({ data: data.replace(/.(?="[^"]*$)/, '~') })),
      'other-socket': hmac(secret, text({ socket: otherSocket })),
      'made-up-secret': hmac(randomBytes(16).toString('hex'), text()),
    };
  }

  /** The same signature with another digit in its midst. */
  mutated(auth: string): string {
    const at = auth.length - 20;
    return `${auth.slice(0, at)}${auth[at] === '0' ? '1' : '0'}${auth.slice(at + 1)}`;
  }

  /** Whatever the rows of `channelAuth` put between braces. */
  async values(
    socketId: string,
    channel: string,
    otherSocket: string,
    channelData?: string,
  ): Promise<Values> {
    const signatureOf = async (socket: string, name: string, data?: string): Promise<string | undefined> => {
      const signed = await this.right(socket, name, data);
      return signed?.auth.slice(signed.auth.indexOf(':') + 1);
    };
    const signature = await signatureOf(socketId, channel);
    return {
      key: this.#target.app.key,
      signature,
      'other-socket': await signatureOf(otherSocket, channel),
      'other-channel': await signatureOf(socketId, this.channel('other')),
      'made-up': randomBytes(16).toString('hex'),
      'made-up-secret': channelSignature(randomBytes(16).toString('hex'), socketId, channel),
      'truncated-signature': signature?.slice(0, -1),
      'upper-signature': signature?.toUpperCase(),
      'signature-with-data':
        channelData === undefined || !this.hasSecret
          ? undefined
          : await signatureOf(socketId, channel, channelData),
    };
  }
}
