import { type LoadPlan, publishesOf, type StageShape } from './load-plan.ts';
import { ChannelOrder, dueAfter, dueOfSeat, inputsOfSeat } from './schedule.ts';

/**
 * When each publish of a plan was to be sent, by channel and number; so whoever receives one needs no word about it
 * in the message. On beam the channel is the subscriber's seat. This file runs in Node and in k6.
 */
export class Intended {
  /** Moment of the first publish; NaN until it is known. */
  startAt = Number.NaN;
  readonly #stage: StageShape;
  readonly #isBeam: boolean;
  readonly #channels: number;
  /** Milliseconds from one publish to the next where they are all alike; else 0. */
  readonly #msEach: number;
  readonly #publishes: number;
  /** Only where channels are drawn: the publishes of all channels, channel after channel. */
  readonly #drawn: { readonly first: Uint32Array; readonly nth: Uint32Array } | undefined;

  constructor(plan: LoadPlan) {
    this.#stage = plan.stage;
    this.#isBeam = plan.surface === 'beam';
    this.#channels = plan.channels.length;
    const [pace, ...more] = plan.stage.pace;
    this.#msEach = pace && more.length === 0 ? 1000 / pace.rate : 0;
    this.#publishes = publishesOf(plan.stage);
    this.#drawn = this.#isBeam || plan.stage.spread === 'even' ? undefined : byChannel(plan, this.#publishes);
  }

  /** Which publish of the plan it is (on beam, of that subscriber); -1: the plan has no such publish. */
  index(channel: number, seq: number): number {
    if (this.#isBeam) return seq < inputsOfSeat(this.#stage, this.#publishes, channel) ? seq : -1;
    if (channel >= this.#channels) return -1;
    if (!this.#drawn) {
      const n = seq * this.#channels + channel;
      return n < this.#publishes ? n : -1;
    }
    const from = this.#drawn.first[channel] ?? 0;
    const to = this.#drawn.first[channel + 1] ?? 0;
    return seq < to - from ? (this.#drawn.nth[from + seq] ?? -1) : -1;
  }

  /** When the publish of an index was to be sent, in milliseconds; NaN as long as nothing has been published. */
  at(channel: number, index: number): number {
    // Asked for each message that arrives, and most stages have one pace.
    if (!this.#isBeam && this.#msEach > 0) return this.startAt + index * this.#msEach;
    return (
      this.startAt + (this.#isBeam ? dueOfSeat(this.#stage, channel, index) : dueAfter(this.#stage, index))
    );
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
