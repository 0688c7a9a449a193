import type { Target } from '../../target/target.ts';
import type { StageShape } from '../plan/load-plan.ts';
import { measuredOf, quantilesOf } from '../verdict/latencies.ts';
import type { Quantiles } from '../verdict/load-result.ts';
import { type Means, measure } from './measure.ts';

/** Seconds of publishing of which a floor is taken. */
const floorSeconds = 2.5;

/** The same load, for a moment: what is measured of the null server. */
export function floorShape(stage: StageShape): StageShape {
  const rate = stage.pace[0]?.rate ?? 1;
  return {
    ...stage,
    name: `floor of ${stage.name}`,
    connectRate: 2000,
    pace: [{ rate, publishes: Math.max(20, Math.ceil(rate * floorSeconds)) }],
    warmup: Math.ceil(rate * 0.5),
    holdMs: 0,
    behaviour: { kind: 'steady' },
  };
}

/** What the generator itself adds: receipt less the null server's own write to that very socket. */
export async function measureFloor(
  means: Means,
  target: Target,
  stage: StageShape,
  number: number,
): Promise<Quantiles | null> {
  const { record } = await measure(means, { target, stage: floorShape(stage), number, stamped: true });
  const own = measuredOf(record)
    .filter(({ role }) => role === 'probes')
    .map(({ at, own: written }) => at - written);
  return quantilesOf(own);
}
