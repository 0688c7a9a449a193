import type { StageShape } from '../plan/load-plan.ts';
import { type Profile, shapeOf } from '../profile/profile.ts';
import { withSettings } from '../profile/settings.ts';

/** Seconds of publishing in which each behaviour has happened a few times; for tests. */
const secondsOf: Readonly<Record<StageShape['behaviour']['kind'], number>> = {
  steady: 1,
  churn: 3.5,
  storm: 2,
  intruders: 2,
  sleepers: 1,
};

const subscribers = 18;
const mostChannels = 3;
const leastPublishes = 20;

/**
 * What `--set` makes of a profile so that it lasts for seconds and all that it is about still happens; for tests. Only
 * numbers that decide how long it takes are changed: rates, sizes of payloads and kinds of behaviour are what they are.
 */
export function quickSettings({ stages, publishes }: Profile): Readonly<Record<string, string>> {
  const shapes = stages.map((stage) => shapeOf(stage, publishes));
  const slowest = Math.min(...shapes.flatMap(({ pace }) => pace.map(({ rate }) => rate)));
  const seconds = Math.max(...shapes.map(({ behaviour }) => secondsOf[behaviour.kind]));
  const channels = Math.min(mostChannels, Math.max(...shapes.map((shape) => shape.channels)));
  const has = (kind: string): boolean => shapes.some(({ behaviour }) => behaviour.kind === kind);
  return {
    subscribers: String(subscribers),
    ...(channels > 1 ? { channels: String(channels) } : {}),
    ...(publishes
      ? { publishes: String(Math.max(leastPublishes, Math.ceil(slowest * seconds))), warmup: '5' }
      : { holdMs: '500' }),
    // The shares of an hour are nothing in a second.
    ...(has('churn') ? { churn: '0.3' } : {}),
    ...(stages.some(({ burst }) => burst) ? { 'burst.publishes': '60' } : {}),
  };
}

/**
 * The stages of a profile at that size: of those with the same kind of behaviour the first and the last, and one alone
 * where they differ in nothing but their names.
 */
export function quickStages(profile: Profile): readonly StageShape[] {
  const stages = withSettings(profile.stages, quickSettings(profile)).map((stage) =>
    shapeOf(stage, profile.publishes),
  );
  const chosen = stages.filter(({ behaviour: { kind } }, at) => {
    const like = stages.filter(({ behaviour }) => behaviour.kind === kind);
    return stages[at] === like[0] || stages[at] === like.at(-1);
  });
  const distinct = new Map(chosen.map((stage) => [JSON.stringify({ ...stage, name: '' }), stage]));
  return [...distinct.values()];
}
