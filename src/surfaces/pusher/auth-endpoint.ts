import { isObject } from '../../contract/json.ts';
import type { AuthTry, PusherRules } from '../../contract/pusher-rules.ts';
import type { Stage } from '../../suite/scene.ts';
import type { PusherTarget } from '../../target/target.ts';
import type { Exchange } from '../../wire/event.ts';
import { channelSignature } from '../../wire/sign.ts';
import { exchange } from './http-pool.ts';

export type Encoding = 'form' | 'json';

/** One request to the auth endpoint, every field filled in; null leaves one out. */
export interface AuthCall extends AuthTry {
  readonly name: string;
  readonly encoding: Encoding;
  /** More headers, such as a browser's. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a signature is worth, as a fact: whoever has the secret can tell, and a stored recording keeps it. */
export type Verdict = 'valid' | 'otherSocket' | 'wrong' | 'unknown';

/** Asks the target's own auth endpoint for signatures. */
export class AuthEndpoint {
  readonly #rules: PusherRules;
  readonly #target: PusherTarget;
  readonly #stage: Stage;
  readonly #sockets = new Set<string>();

  constructor(rules: PusherRules, target: PusherTarget, stage: Stage) {
    this.#rules = rules;
    this.#target = target;
    this.#stage = stage;
  }

  /** A socket id that a signature might have been made for by mistake. */
  knows(socketId: string): void {
    this.#sockets.add(socketId);
  }

  /** Makes one request; busy answers are tried again twice. */
  async request(call: AuthCall): Promise<Exchange> {
    for (let retry = 0; ; retry++) {
      const answer = await this.#once(call);
      if (answer.status !== 429 || retry >= 2) return this.#noted(answer, call);
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** retry));
    }
  }

  async #once(call: AuthCall): Promise<Exchange> {
    const fields = Object.entries({ socket_id: call.socket_id, channel_name: call.channel_name }).filter(
      (field): field is [string, string] => field[1] !== null,
    );
    const text =
      call.encoding === 'json'
        ? JSON.stringify(Object.fromEntries(fields))
        : new URLSearchParams(fields).toString();
    const bodiless = ['GET', 'OPTIONS'].includes(call.method);
    const url = new URL(this.#target.urls.auth ?? '');
    if (call.method === 'GET') for (const [name, value] of fields) url.searchParams.set(name, value);
    return exchange(this.#stage, {
      isSafe: true,
      name: call.name,
      method: call.method,
      url: url.href,
      headers: {
        ...(call.authorization === null ? {} : { authorization: call.authorization }),
        ...(call.accept === null ? {} : { accept: call.accept }),
        ...(bodiless
          ? {}
          : { 'content-type': this.#rules.authEndpoint.encodings[call.encoding].contentType }),
        ...call.headers,
      },
      ...(bodiless ? {} : { body: text }),
    });
  }

  #noted(answer: Exchange, { socket_id: socketId, channel_name: channel }: AuthCall): Exchange {
    const auth = signatureIn(answer);
    if (auth === undefined || socketId === null || channel === null) return answer;
    const verdict = this.#verdictOn(auth, socketId, channel);
    this.#stage.recorder.transcript.record({
      kind: 'fact',
      peer: answer.peer,
      name: 'signature',
      value: { exchange: answer.seq, verdict },
    });
    return answer;
  }

  #verdictOn(auth: string, socketId: string, channel: string): Verdict {
    const { key, secret } = this.#target.app;
    if (secret === undefined) return 'unknown';
    const made = (socket: string): string => `${key}:${channelSignature(secret, socket, channel)}`;
    if (auth === made(socketId)) return 'valid';
    const ofOther = [...this.#sockets].some((socket) => auth === made(socket));
    return ofOther ? 'otherSocket' : 'wrong';
  }
}

/** The `auth` of a reply, wherever in its JSON it stands at the top. */
export function signatureIn({ json }: Exchange): string | undefined {
  return isObject(json) && typeof json.auth === 'string' ? json.auth : undefined;
}
