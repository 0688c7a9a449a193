import type { Contract } from '../../src/contract/contract.ts';
import type { Suite } from '../../src/suite/surface.ts';
import { channels } from '../../src/surfaces/pusher/monitors/channels.ts';
import { closing } from '../../src/surfaces/pusher/monitors/closing.ts';
import { delivery } from '../../src/surfaces/pusher/monitors/delivery.ts';
import { frames } from '../../src/surfaces/pusher/monitors/frames.ts';
import { opening } from '../../src/surfaces/pusher/monitors/opening.ts';
import { order } from '../../src/surfaces/pusher/monitors/order.ts';
import { owners } from '../../src/surfaces/pusher/monitors/owners.ts';
import { readings } from '../../src/surfaces/pusher/monitors/readings.ts';
import { values } from '../../src/surfaces/pusher/monitors/values.ts';
import { pusherSurface } from '../../src/surfaces/pusher/surface.ts';
import { connecting } from './connecting.ts';
import { flows } from './flows.ts';
import { subscribe } from './subscribe.ts';

/** The pusher suite for one dialect of a contract: its themes, and the monitors that watch all of them. */
export function pusherSuite({ pusher }: Contract, dialect: string): Suite {
  const { rules } = pusher;
  const themes = [flows(pusher, dialect), connecting(pusher), subscribe(pusher)];
  return {
    surface: pusherSurface(pusher),
    scenes: themes.flatMap((theme) => theme.scenes),
    cases: themes.flatMap((theme) => theme.cases),
    monitors: [
      frames(pusher, dialect),
      opening(rules),
      channels(rules),
      order(rules, dialect),
      values(rules, dialect),
      owners(rules),
      closing(rules),
      delivery(rules),
      readings(rules),
    ],
  };
}
