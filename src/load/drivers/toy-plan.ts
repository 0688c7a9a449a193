import type { SurfaceName } from '../../contract/requirement.ts';
import type { LoadPlan, StageShape } from '../plan/load-plan.ts';
import { toyKey, toySecret } from './toy-target.ts';

/** What a test may want otherwise. */
export interface ToyShape {
  readonly subscribers?: number;
  readonly publishes?: number;
  readonly rate?: number;
  readonly token?: string;
  /** Connections that subscribe to nothing. */
  readonly bare?: true;
}

/** A small plan for tests: subscribers of the generator alone, on two channels. */
export function toyPlan(
  surface: SurfaceName,
  port: number,
  { subscribers = 20, publishes = 50, rate = 500, token = 'good', bare }: ToyShape = {},
  more: Partial<LoadPlan> = {},
): LoadPlan {
  const stage: StageShape = {
    name: 'toy',
    subscribers,
    channels: 2,
    spread: 'even',
    connectRate: 1000,
    pace: [{ rate, publishes }],
    warmup: 0,
    holdMs: 0,
    padding: 0,
    ...(bare ? { bare } : {}),
    behaviour: { kind: 'steady' },
  };
  const door = (channel: number, token: string) => ({
    name: `private-toy-${channel}`,
    url: `ws://127.0.0.1:${port}/c/${channel}?token=${token}`,
    headers: {},
  });
  return {
    run: 0xc0ffee,
    surface,
    dialect: 'toy',
    seed: 7,
    stage,
    channels: [door(0, token), door(1, token)],
    authorize: surface === 'pusher' ? { kind: 'sign', key: toyKey, secret: toySecret } : { kind: 'none' },
    intruder: { good: door(0, 'good'), bad: door(0, surface === 'pusher' ? 'good' : 'wrong-token') },
    probes: 0,
    sentinels: 0,
    tls: {},
    deadlines: { connectMs: 3000, answerMs: 3000 },
    stamped: false,
    ...more,
  };
}
