import { makePlan } from '../../src/conform/plan.ts';
import { run } from '../../src/conform/run.ts';
import type { Contract } from '../../src/contract/contract.ts';
import type { JsonObject } from '../../src/contract/json.ts';
import { featuresOnce } from '../../src/target/features-once.ts';
import { targetsOf } from '../../src/target/load.ts';
import { suites } from '../../suites/index.ts';
import type { TargetScript } from './replay/script.ts';
import { scriptOf } from './replay/script-of.ts';

/** Runs the suite on some targets and makes a script of what was recorded of each. */
export async function recordSuite(
  entries: readonly JsonObject[],
  contract: Contract,
  only: readonly string[] = [],
): Promise<TargetScript[]> {
  const targets = await targetsOf(featuresOnce(entries, contract), 'the reference server', contract);
  const found = targets.map((target) => ({ target, dialect: target.dialect }));
  const plans = makePlan(contract, found, suites, { only, slow: false });
  const ended = new Map<string, number>();
  const begun = new Map<string, number>();
  // An event may be told late, and never early.
  let began = Number.POSITIVE_INFINITY;
  const { outcomes } = await run(plans, {
    ...{ jobs: 32, seed: 1, multiplier: 2, level: 'must', slow: false, bail: false, waitMs: 0, repeat: 1 },
    ...{ version: '', contractHash: contract.hash, command: '', signal: new AbortController().signal },
    reporters: [
      {
        name: 'ends',
        on: (event) => {
          if (event.event !== 'scene-started' && event.event !== 'scene-ended') return;
          began = Math.min(began, Date.now() - event.at);
          const times = event.event === 'scene-started' ? begun : ended;
          times.set(`${event.target} ${event.scene}`, event.at);
        },
      },
    ],
  });
  return plans.map(({ target, scenes }, at) => {
    const performed = scenes.flatMap((scene) => {
      const recording = outcomes[at]?.recordings.get(scene.id);
      const key = `${target.name} ${scene.id}`;
      return recording
        ? [
            {
              recording,
              alone: scene.phase === 'hostile',
              endedAt: ended.get(key) ?? 0,
              begunAt: begun.get(key) ?? 0,
            },
          ]
        : [];
    });
    performed.sort((a, b) => a.begunAt - b.begunAt);
    return scriptOf(target, performed, began);
  });
}
