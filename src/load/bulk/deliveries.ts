import type { Intended } from '../plan/intended.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import { ownWriteOf, stampDigits, stampPrefix } from '../wire/own-write.ts';
import type { SessionReader } from '../wire/session.ts';

/** What is known of a delivery by its text, on whatever connection it comes. */
export interface Delivery {
  readonly channel: number;
  readonly seq: number;
  /** Which publish of the plan it is; -1: none. */
  readonly index: number;
  /** When it was to be sent, milliseconds; NaN: not known. */
  readonly due: number;
  /** Characters. */
  readonly length: number;
  /** Whether it is shorter than the payload that was published. */
  readonly isShort: boolean;
}

/** What stands before the rest of a stamped message. */
const stampHead = `{${stampPrefix}`;
const stampedLength = stampHead.length + stampDigits + 2;

/** Texts that are kept: where messages wait for the event loop, some hundred publishes arrive in turn. */
const mostKept = 512;
/** Of all of them together: large payloads are kept in smaller numbers, the last one whatever its size. */
const mostCharacters = 4 << 20;

/**
 * Deliveries that were read. In a fan-out the next one is most often the same text on another connection, and to compare two
 * texts costs a fraction of reading one, above all in k6. This file runs in Node and in k6.
 */
export class Deliveries {
  /** When the server wrote what was found or taken last to that very connection, where it says so; else NaN. */
  own = Number.NaN;
  readonly #intended: Intended;
  readonly #isStamped: boolean;
  readonly #padding: number;
  readonly #kept = new Map<string, Delivery>();
  #keptCharacters = 0;
  #last: Delivery | undefined;
  #lastRest = '';

  constructor({ stamped, stage }: LoadPlan, intended: Intended) {
    this.#intended = intended;
    this.#isStamped = stamped;
    this.#padding = stage.padding;
  }

  /** The delivery that a text is, where one like it was read before. */
  find(text: string): Delivery | undefined {
    const rest = this.#isStamped ? this.#unstamped(text) : text;
    if (rest === this.#lastRest) return this.#last;
    const found = this.#kept.get(rest);
    if (found) {
      this.#last = found;
      this.#lastRest = rest;
    }
    return found;
  }

  /** Takes down one that has just been read. */
  take(text: string, { channel, seq }: SessionReader): Delivery {
    const rest = this.#isStamped ? this.#unstamped(text) : text;
    const index = this.#intended.index(channel, seq);
    const taken: Delivery = {
      channel,
      seq,
      index,
      due: index < 0 ? Number.NaN : this.#intended.at(channel, index),
      length: text.length,
      isShort: text.length < this.#padding,
    };
    if (rest === '') return taken;
    if (this.#kept.size >= mostKept || this.#keptCharacters + rest.length > mostCharacters) this.#forget();
    this.#kept.set(rest, taken);
    this.#keptCharacters += rest.length;
    this.#last = taken;
    this.#lastRest = rest;
    return taken;
  }

  /** From when on what is published was to be sent: what was read before did not know that. */
  begin(startAt: number): void {
    this.#intended.startAt = startAt;
    this.#forget();
    this.#last = undefined;
    this.#lastRest = '';
  }

  #forget(): void {
    this.#kept.clear();
    this.#keptCharacters = 0;
  }

  /** What of a stamped text all connections share; the stamp is taken down. A stamp that stands elsewhere is read each time. */
  #unstamped(text: string): string {
    this.own = ownWriteOf(text);
    return text.startsWith(stampHead) ? text.slice(stampedLength) : '';
  }
}
