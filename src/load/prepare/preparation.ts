import type { Job, PeerRecord } from '../../suite/recording.ts';
import type { Authorize, ChannelPlan, IntruderPlan, LoadPlan } from '../plan/load-plan.ts';
import type { PublishVia } from '../plan/publish-via.ts';

/** What a target was found to be able to do for a stage. */
export interface Preparation {
  readonly channels: readonly ChannelPlan[];
  readonly authorize: Authorize;
  readonly intruder?: IntruderPlan;
  readonly via?: PublishVia;
  /** Of the published handler, on beam. */
  readonly handlerKey?: string;
  /** What a connection to a channel is for, as a scene would write it down: monitors go by it. */
  readonly about?: (channel: number) => PeerRecord['about'];
  /** Jobs that were made for the stage. */
  readonly jobs?: readonly Job[];
  /** Ends what was begun for the stage: jobs that would go on. Never rejects. */
  readonly finish: () => Promise<void>;
}

/** Why a target cannot be put under such a load: what is missing, in words for its owner. */
export type Lacking = readonly string[];

export type Stamped = Pick<LoadPlan, 'run' | 'stage'>;
