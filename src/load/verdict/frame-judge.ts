import { isObject, type Json, parseJson, sameJson } from '../../contract/json.ts';
import { hmac } from '../../wire/sign.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import type { PublishVia } from '../plan/publish-via.ts';
import { payloadOf } from '../publish/payload.ts';
import { MarkerReader } from '../wire/marker.ts';
import { newSession } from '../wire/session.ts';
import { readerOf } from '../wire/sessions.ts';

/** A delivery whose payload is not what was published. */
export interface ChangedFrame {
  readonly seat: number;
  readonly channel: number;
  readonly seq: number;
  readonly text: string;
}

/**
 * Holds what probes received against what was published. Of what the harness wrote itself only that is judged: whether
 * it came as it was sent.
 */
export class FrameJudge {
  readonly changed: ChangedFrame[] = [];
  judged = 0;
  readonly #plan: LoadPlan;
  readonly #via: PublishVia | undefined;
  readonly #handlerKey: string | undefined;
  readonly #reader;
  readonly #marker = new MarkerReader();
  readonly #session = { ...newSession(), ready: true };

  /** `handlerKey`: of the published handler, on beam. */
  constructor(plan: LoadPlan, via: PublishVia | undefined, handlerKey: string | undefined) {
    this.#plan = plan;
    this.#via = via;
    this.#handlerKey = handlerKey;
    this.#reader = readerOf(plan);
  }

  /** `message`: what the text parses to. */
  judge(seat: number, text: string, message: Json | undefined = parseJson(text)): void {
    if (this.#reader.read(text, this.#session) !== 'delivery') return;
    const { channel, seq } = this.#reader;
    this.judged += 1;
    if (this.#isAsSent(message, channel, seq)) return;
    this.changed.push({ seat, channel, seq, text: text.slice(0, 4096) });
  }

  #isAsSent(message: Json | undefined, channel: number, seq: number): boolean {
    if (!isObject(message)) return false;
    if (this.#plan.surface === 'beam') return this.#isAnswer(message);
    if (!this.#via) return true;
    return sameJson(dataOf(message.data), payloadOf(this.#plan, this.#via, channel, seq));
  }

  /** An answer of the published handler proves that it had the key. */
  #isAnswer(message: { readonly [name: string]: Json | undefined }): boolean {
    const { nonce, proof } = message;
    if (typeof nonce !== 'string' || this.#marker.find(nonce) < 0) return false;
    return this.#handlerKey === undefined || proof === hmac(this.#handlerKey, nonce);
  }
}

/** Pusher has JSON in a string. */
function dataOf(data: Json | undefined): Json | undefined {
  return typeof data === 'string' ? parseJson(data) : data;
}
