import type { StageShape } from '../plan/load-plan.ts';
import type { Ceiling, LoadResult, TrustCheck } from '../verdict/load-result.ts';

/** So many times what a stage asks the generator must be able to carry. */
const largestShare = 2;

/** A stage above half of the ceiling is not tried. `ceiling` null: all are, as where the caller asked for that very size. */
export function offeredOf(
  all: readonly StageShape[],
  ceiling: Ceiling | null,
): Pick<LoadResult, 'notOffered'> & { readonly stages: readonly StageShape[] } {
  if (!ceiling) return { stages: all, notOffered: [] };
  const isOffered = (stage: StageShape): boolean => neededFor(stage) <= ceiling.deliveriesPerSecond;
  const notOffered = all
    .filter((stage) => !isOffered(stage))
    .map((stage) => ({
      stage: stage.name,
      reason: `${Math.round(deliveriesOf(stage))} deliveries per second are more than half of the ${ceiling.deliveriesPerSecond} that this generator carries`,
    }));
  return { stages: all.filter(isOffered), notOffered };
}

/** No stage could be tried: that is a matter of this machine, and nothing of the target's. */
export function nothingOffered(ceiling: Ceiling | null): TrustCheck {
  const last = ceiling?.trials.at(-1);
  return {
    id: 'ceiling',
    stage: 'calibration',
    title: 'deliveries per second that this generator carries',
    value: ceiling?.deliveriesPerSecond ?? 0,
    limit: null,
    unit: '/s',
    ok: false,
    advice: `no stage is within half of that${last?.reason ? ` (${last.reason})` : ''}: a quieter machine, fewer subscribers, or --driver node`,
  };
}

/** Deliveries per second that the generator must be able to carry for a stage to be tried. */
export function neededFor(stage: StageShape): number {
  return largestShare * deliveriesOf(stage);
}

/** Deliveries per second at the highest pace. */
export function deliveriesOf({ pace, subscribers, channels }: StageShape): number {
  const rate = pace.reduce((most, one) => Math.max(most, one.rate), 0);
  return (rate * subscribers) / channels;
}

/** The stage that asks for most. @throws Error where there is none. */
export function largestOf(stages: readonly StageShape[]): StageShape {
  const [first, ...others] = stages;
  if (!first) throw new Error('a run without stages');
  return others.reduce((most, stage) => (deliveriesOf(stage) > deliveriesOf(most) ? stage : most), first);
}
