import { type Case, judgeEach } from '../../src/suite/case.ts';
import { failed, type Judgement, passed } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import type { BeamVerbs } from '../../src/surfaces/beam/verbs.ts';
import { illegalFrames } from '../../src/wire/illegal-frames.ts';
import { outputsOf } from './answers.ts';

const rows = Object.entries(illegalFrames).map(([name, { says, bytes }]) => ({
  name,
  says,
  made: scene<BeamVerbs>(
    'beam',
    `beam/illegal-${name}`,
    {
      title: `a client sends ${says}`,
      phase: 'hostile',
      destructive: true,
      needs: ['token:valid', 'handler'],
      cost: { jobs: 4, connections: 3 },
    },
    async (beam) => {
      for (const peer of ['bystander', 'nuisance']) {
        await beam.open(peer);
        await beam.input(peer, `${peer} before`, { op: 'transform' });
        await beam.output(`${peer} before`, `${peer} before`);
      }
      beam.sendRaw('nuisance', bytes);
      await beam.input('bystander', 'bystander after', { op: 'transform' });
      await beam.output('bystander after', 'bystander after', { patient: true });
      if ((await beam.attempt('newcomer', { mayBeDead: true })) !== undefined) return;
      await beam.input('newcomer', 'newcomer', { op: 'transform' });
      await beam.output('newcomer', 'newcomer', { patient: true });
    },
  ),
}));

/** Its own connection may end as it likes; the others and the next one know nothing of it. */
function othersUnharmed(view: View): Judgement {
  view.step('bystander before');
  view.step('nuisance before');
  for (const name of ['bystander after', 'newcomer']) {
    const job = view.recording.jobs[name];
    if (job && outputsOf(view, job).length > 0) continue;
    return failed({ rule: 'harmed', expected: `an answer to ${name}`, actual: 'none' });
  }
  return passed(['bystander', 'newcomer']);
}

/** Frames that RFC 6455 forbids, a scene each; with `--destructive` only. */
export const illegalFraming: { scenes: Scene<BeamVerbs>[]; cases: Case[] } = {
  scenes: rows.map(({ made }) => made),
  cases: rows.flatMap(({ name, says, made }) =>
    judgeEach(made, [name], () => ({
      id: `beam/robustness/illegal/${name}`,
      title: `a client that sends ${says} harms nobody else`,
      checks: { B15i: othersUnharmed },
    })),
  ),
};
