import type { Recording } from '../suite/recording.ts';
import { type Written, written } from '../suite/written-recording.ts';
import type { CheckResult, ResolvedPoint } from './check-result.ts';
import { type Circumstances, judgeTarget } from './judge.ts';
import { planToy, type Toy, toyRequirement, toyScene, toyTarget } from './toy-suite.ts';

/** The only scene of a toy whose recording is written by hand; for tests. */
export const scene = toyScene('emit/a');

export const calm: Circumstances = { interrupted: false };

/** The results of a toy with one scene, whose recording is given; absent: it was never performed. */
export function results(
  toy: Toy,
  recording: Written | undefined,
  { target = toyTarget(), circumstances = calm } = {},
): { readonly results: readonly CheckResult[]; readonly points: readonly ResolvedPoint[] } {
  const requirements = [toyRequirement('E1', { includes: ['E10'] }), toyRequirement('E2', { level: 'INFO' })];
  const [plan] = planToy({ requirements, scenes: [scene], ...toy }, [target]);
  if (!plan) throw new Error('no plan');
  const recordings = new Map<string, Recording>();
  if (recording) recordings.set(scene.id, written({ scene: scene.id, ...recording }));
  return judgeTarget(plan, recordings, circumstances);
}
