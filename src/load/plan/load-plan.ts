/**
 * One measurement, as every process that takes part in it is told: publisher, probes, sentinel and generator
 * make of it what they send, when, and what they should receive. Plain data; times in milliseconds.
 * @module
 */

import type { SurfaceName } from '../../contract/requirement.ts';
import type { TlsOptions } from '../../wire/tls-options.ts';

/** A load of one shape for one time. */
export interface StageShape {
  readonly name: string;
  /** Subscribers at the end of the ramp: probes, sentinel and generator together. */
  readonly subscribers: number;
  readonly channels: number;
  /**
   * Emit: each channel is the stream of a space, in which so many jobs report by turns. Absent: a channel is the stream
   * of one job.
   */
  readonly space?: { readonly jobs: number };
  /** How the channel of a publish is chosen. `skewed`: one in two goes to a tenth of them. */
  readonly spread: 'even' | 'skewed';
  /** New connections per second. */
  readonly connectRate: number;
  /** What is sent when, in turn. Without any, connections are held for `holdMs`. */
  readonly pace: readonly Pace[];
  /** Publishes at the beginning that count for nothing but the accounts. */
  readonly warmup: number;
  /** How long connections are held, publishes or not. */
  readonly holdMs: number;
  /** Bytes of padding in each payload. */
  readonly padding: number;
  /**
   * Set where the generator's connections subscribe to nothing and ask nothing, and are ready once they are open; probes and
   * sentinel subscribe all the same. On emit connecting subscribes. Nothing can be published.
   */
  readonly bare?: true;
  readonly behaviour: Behaviour;
}

/** So many publishes at a rate per second over all channels. On beam: inputs, each by the subscriber that gets the answer. */
export interface Pace {
  readonly rate: number;
  readonly publishes: number;
}

/** What else happens during a stage. */
export type Behaviour =
  | { readonly kind: 'steady' }
  /** Each second this share of the generator's subscribers leaves and another takes its place. */
  | { readonly kind: 'churn'; readonly sharePerSecond: number }
  /** After half of the publishes all of the generator's connections are cut and come back, `jitterMs` apart at most. */
  | { readonly kind: 'storm'; readonly jitterMs: number }
  /** Connections at this rate of which a share has a bad token. */
  | { readonly kind: 'intruders'; readonly rate: number; readonly badShare: number }
  /** A share of the subscribers stops reading, from the first publish on. */
  | { readonly kind: 'sleepers'; readonly share: number };

/** How a subscription to a private channel is authorized. */
export type Authorize =
  | { readonly kind: 'none' }
  | { readonly kind: 'sign'; readonly key: string; readonly secret: string }
  | {
      readonly kind: 'endpoint';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: 'form' | 'json';
    };

/** What is subscribed to, and where. */
export interface ChannelPlan {
  /** Name of the channel (pusher), id of the job or space (emit), empty on beam. */
  readonly name: string;
  /** Where its subscribers connect, credentials included. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A connection that must be refused, and what it is told with a good token. */
export interface IntruderPlan {
  readonly good: ChannelPlan;
  readonly bad: ChannelPlan;
}

export interface LoadPlan {
  /** 32 bits that stand in every frame of this measurement. */
  readonly run: number;
  readonly surface: SurfaceName;
  readonly dialect: string;
  readonly seed: number;
  readonly stage: StageShape;
  readonly channels: readonly ChannelPlan[];
  readonly authorize: Authorize;
  readonly intruder?: IntruderPlan;
  /** Subscribers that are probes, and those that the sentinel holds; the generator has the rest. */
  readonly probes: number;
  readonly sentinels: number;
  /** How a target's certificate is judged. */
  readonly tls: TlsOptions;
  readonly deadlines: { readonly connectMs: number; readonly answerMs: number };
  /** True where the server is the null server, whose frames bear the moment of their own write. */
  readonly stamped: boolean;
}

/** Seats of those who come back are numbered from the next multiple of this on. */
export const seatsPerLife = 1_000_000;

/** All publishes of a stage, warm-up included. */
export function publishesOf(stage: StageShape): number {
  return stage.warmup + stage.pace.reduce((sum, { publishes }) => sum + publishes, 0);
}

/** True of a stage in which connections are all that there is to measure. */
export function onlyConnects(stage: StageShape): boolean {
  return publishesOf(stage) === 0;
}

/** Jobs that take turns on a channel: within each the order of events is promised, between them it is not. */
export function jobsOf(stage: StageShape): number {
  return stage.space?.jobs ?? 1;
}

/** Subscribers of the generator. */
export function bulkOf(plan: LoadPlan): number {
  return Math.max(0, plan.stage.subscribers - plan.probes - plan.sentinels);
}

/**
 * The channel of a subscriber: they are dealt out in turn, to probes, sentinels and the generator's each from the
 * first channel on, so that a sentinel hears what its probe hears.
 */
export function channelOfSeat(plan: LoadPlan, seat: number): number {
  const { probes, sentinels, channels } = plan;
  const place = seat < probes ? seat : seat < probes + sentinels ? seat - probes : seat - probes - sentinels;
  return place % channels.length;
}
