import { type LoadPlan, publishesOf } from './load-plan.ts';
import { ChannelOrder, dueAfter, dueOfSeat, inputsOfSeat } from './schedule.ts';

/**
 * When each publish of a plan was to be sent, by channel and number; so whoever receives one needs no word about it
 * in the message. On beam the channel is the subscriber's seat. This file runs in Node and in k6.
 */
export class Intended {
  /** Moment of the first publish; NaN until it is known. */
  startAt = Number.NaN;
  readonly #plan: LoadPlan;
  readonly #publishes: number;
  /** Only where channels are drawn: the publishes of all channels, channel after channel. */
  readonly #drawn: { readonly first: Uint32Array; readonly nth: Uint32Array } | undefined;

  constructor(plan: LoadPlan) {
    this.#plan = plan;
    this.#publishes = publishesOf(plan.stage);
    this.#drawn =
      plan.surface === 'beam' || plan.stage.spread === 'even' ? undefined : byChannel(plan, this.#publishes);
  }

  /** Whether the plan has such a publish at all. */
  has(channel: number, seq: number): boolean {
    return this.#nth(channel, seq) >= 0;
  }

  /** Milliseconds; NaN where there is no such publish, or nothing has been published yet. */
  at(channel: number, seq: number): number {
    const { stage, surface } = this.#plan;
    const n = this.#nth(channel, seq);
    if (n < 0) return Number.NaN;
    return this.startAt + (surface === 'beam' ? dueOfSeat(stage, channel, seq) : dueAfter(stage, n));
  }

  /** Which of all publishes it is; -1: none. */
  #nth(channel: number, seq: number): number {
    const { stage, surface, channels } = this.#plan;
    if (surface === 'beam') return seq < inputsOfSeat(stage, this.#publishes, channel) ? seq : -1;
    if (channel >= channels.length) return -1;
    if (!this.#drawn) {
      const n = seq * channels.length + channel;
      return n < this.#publishes ? n : -1;
    }
    const from = this.#drawn.first[channel] ?? 0;
    const to = this.#drawn.first[channel + 1] ?? 0;
    return seq < to - from ? (this.#drawn.nth[from + seq] ?? -1) : -1;
  }
}

function byChannel(plan: LoadPlan, publishes: number): { first: Uint32Array; nth: Uint32Array } {
  const order = new ChannelOrder(plan, publishes);
  const first = new Uint32Array(order.perChannel.length + 1);
  for (let channel = 0; channel < order.perChannel.length; channel++) {
    first[channel + 1] = (first[channel] ?? 0) + (order.perChannel[channel] ?? 0);
  }
  const nth = new Uint32Array(publishes);
  for (let n = 0; n < publishes; n++) {
    nth[(first[order.channel[n] ?? 0] ?? 0) + (order.seq[n] ?? 0)] = n;
  }
  return { first, nth };
}
