import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { Flow } from '../../src/contract/flow.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import type { Case } from '../../src/suite/case.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import {
  jobName,
  performPublisherFlow,
  performServerFlows,
  performWorkerFlows,
} from '../../src/surfaces/pusher/flow.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import { failingCases } from './failing.ts';
import { flowCases } from './flow-cases.ts';
import { changeCases, scriptedChangeCases } from './status-changes.ts';

/**
 * Flows that are performed in one scene, so that they cost fewer jobs: a job that fails is fenced by those
 * after it, and scripted jobs are interleaved with each other.
 */
const together: Readonly<Record<string, string>> = { 'pusher/two-jobs': 'pusher/failing' };

/** Every flow, once per scene; the viewers of all its variants watch the same job. */
export function flows(
  contract: SurfaceContract<PusherRules>,
  dialect: string,
): { scenes: Scene<PusherVerbs>[]; cases: Case[] } {
  const byScene = new Map<string, Flow[]>();
  for (const flow of contract.flows) {
    if (flow.dialects && !flow.dialects.includes(dialect)) continue;
    const id = flow.actor === 'worker' ? 'pusher/scripted' : (together[flow.id] ?? flow.id);
    byScene.set(id, [...(byScene.get(id) ?? []), inDialect(flow, contract.rules, dialect)]);
  }
  const scenes: Scene<PusherVerbs>[] = [];
  const cases: Case[] = [];
  for (const [id, members] of byScene) {
    const made = flowScene(id, members);
    scenes.push(made);
    for (const flow of members) {
      cases.push(
        ...(flow.job.fails === true
          ? failingCases(contract.rules, dialect, flow, made)
          : flowCases(contract.rules, dialect, flow, made)),
      );
    }
    if (id === 'pusher/happy-path') cases.push(...changeCases(contract.rules, dialect, made));
    const [scripted] = members;
    if (scripted?.actor === 'worker')
      cases.push(...scriptedChangeCases(contract.rules, made, jobName(scripted)));
  }
  return { scenes, cases };
}

/** A step that stands for a transition is owned by what the dialect's own automaton says of it. */
function inDialect(flow: Flow, rules: PusherRules, dialect: string): Flow {
  const transitions = rules.dialects[dialect]?.automaton.transitions ?? [];
  let from = 'pending';
  const steps = flow.steps.map((step) => {
    if (step.await === undefined || step.max === 0) return step;
    const [owner] = transitions.find((one) => one.from === from && one.to === step.await)?.requirements ?? [];
    from = step.await;
    return step.owns === 'M14' && owner !== undefined ? { ...step, owns: owner } : step;
  });
  return { ...flow, steps };
}

const offered = (flow: Flow): string[] => flow.needs.map((word) => `offers:${word}`);

function flowScene(id: string, flows: readonly Flow[]): Scene<PusherVerbs> {
  const [first] = flows;
  if (!first) throw new Error(`no flow for ${id}`);
  const jobs = flows.reduce(
    (sum, flow) => sum + (flow.variants.includes('interleaved') && flow.actor === 'server' ? 2 : 1),
    0,
  );
  const titled = { title: flows.map((flow) => flow.title).join('; ') };
  switch (first.actor) {
    case 'worker':
      return scene<PusherVerbs>(
        'pusher',
        id,
        {
          ...titled,
          role: 'application',
          needs: ['ws', 'sign', 'jobs', 'hold'],
          cost: { jobs, connections: 5 },
        },
        (verbs) => performWorkerFlows(flows, verbs),
      );
    case 'publisher':
      return scene<PusherVerbs>(
        'pusher',
        id,
        { ...titled, needs: ['ws', 'sign', 'publish'], cost: { jobs: 0, connections: 4 } },
        (verbs) => performPublisherFlow(first, verbs),
      );
    default: {
      // The fence comes last.
      const ordered = [...flows].sort((a, b) => Number(b.job.fails === true) - Number(a.job.fails === true));
      return scene<PusherVerbs>(
        'pusher',
        id,
        {
          ...titled,
          role: 'application',
          // What only fails for want of a driver is left out within the scene, so that the rest is performed.
          needs: ['ws', 'sign', 'jobs', ...ordered.filter(({ job }) => !job.fails).flatMap(offered)],
          cost: { jobs, connections: 4 },
        },
        (verbs) => performServerFlows(ordered, verbs, { watched: id === 'pusher/happy-path' }),
      );
    }
  }
}
