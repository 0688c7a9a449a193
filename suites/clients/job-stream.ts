import type { EmitRules } from '../../src/contract/rules.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import type { EmitClientVerbs } from '../../src/surfaces/clients/emit-verbs.ts';
import { needs, wrong } from './findings.ts';

const one = 'connection 1';

/** A client that watches a job to its end: for each type of event that is one. */
export function jobStream({ clients: rules, events }: EmitRules): {
  scenes: Scene<EmitClientVerbs>[];
  cases: Case[];
} {
  const ends = Object.entries(events).flatMap(([type, { terminal }]) => (terminal ? [type] : []));
  const rows = ends.map((type) => ({
    type,
    scene: scene<EmitClientVerbs>(
      'emit',
      `emit-client/${type}`,
      { title: `a job that is watched until it is ${type}`, needs: [], cost: { jobs: 1, connections: 1 } },
      async (client) => {
        await client.start();
        await client.watches(one);
        for (const before of ['init', 'delivered', 'acked']) client.happens(before);
        client.progress();
        await client.isThere('stays', one);
        client.happens(type);
        await client.closed('closes', one, { ms: rules.closesMs });
        await client.stop();
      },
    ),
  }));
  return {
    scenes: rows.map((row) => row.scene),
    cases: rows.map((row) =>
      judge(
        row.scene,
        `emit-client/closes/${row.type}`,
        `the client stays until the job is ${row.type}, and then closes its stream`,
        each(rules.closes, (view) => closesAfter(view, row.type)),
      ),
    ),
  };
}

function closesAfter(view: View, type: string): Judgement {
  needs(view, `watch ${one}`);
  const stays = view.maybeStep('stays');
  // Who leaves whenever it likes has not closed because the job has ended.
  if (stays?.outcome !== 'ok') return untestable(`it left before the end: ${stays?.reason ?? 'not reached'}`);
  needs(view, `event ${type}`);
  if (view.maybeStep('closes')?.outcome === 'ok') return passed([one]);
  const last = view.of(one).findLast((event) => event.kind === 'sent');
  return wrong('stays', `a close after ${type}`, view.maybeStep('closes')?.reason ?? 'none', last);
}
