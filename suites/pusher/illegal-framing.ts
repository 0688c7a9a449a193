import { type Case, judgeEach } from '../../src/suite/case.ts';
import { type Judgement, passed } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import { illegalFrames } from '../../src/wire/illegal-frames.ts';
import { stillThere, wrong } from './frames.ts';

const rows = Object.entries(illegalFrames).map(([name, { says, bytes }]) => ({
  name,
  says,
  made: scene<PusherVerbs>(
    'pusher',
    `pusher/illegal-${name}`,
    {
      title: `a client sends ${says}`,
      phase: 'hostile',
      destructive: true,
      needs: ['ws', 'sign'],
      cost: { jobs: 0, connections: 3 },
    },
    async ({ connections }) => {
      await Promise.all(['bystander', 'nuisance'].map((peer) => connections.connect(peer)));
      connections.sendRaw('nuisance', bytes);
      await connections.ping('nuisance', { step: 'fence nuisance' });
      await connections.ping('bystander', { step: 'fence bystander' });
      await connections.open('afterwards');
    },
  ),
}));

/** Its own connection may end as it likes; the others and the next one know nothing of it. */
function othersUnharmed(view: View): Judgement {
  view.step('established nuisance');
  const others = stillThere(view, 'bystander', 'fence bystander');
  if (others) return others;
  const afterwards = view.maybeStep('established afterwards');
  return afterwards?.outcome === 'ok'
    ? passed(['bystander'])
    : wrong('no-more', 'new connections are served', afterwards?.reason ?? 'none');
}

/** Frames that RFC 6455 forbids, a scene each; with `--destructive` only. */
export const illegalFraming: { scenes: Scene<PusherVerbs>[]; cases: Case[] } = {
  scenes: rows.map(({ made }) => made),
  cases: rows.flatMap(({ name, says, made }) =>
    judgeEach(made, [name], () => ({
      id: `pusher/robustness/illegal/${name}`,
      title: `a client that sends ${says} harms nobody else`,
      checks: { PC10i: othersUnharmed },
    })),
  ),
};
