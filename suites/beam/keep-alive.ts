import type { BeamRules } from '../../src/contract/beam-rules.ts';
import type { SurfaceContract } from '../../src/contract/contract.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { failed, type Judgement, passed } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import type { BeamVerbs } from '../../src/surfaces/beam/verbs.ts';

/** What becomes of a connection on which a client says nothing. */
export function keepAlive(contract: SurfaceContract<BeamRules>): {
  scenes: Scene<BeamVerbs>[];
  cases: Case[];
} {
  const { quiet } = contract.rules;
  const seconds = quiet.forMs / 1000;
  const silent = scene<BeamVerbs>(
    'beam',
    'beam/silent-client',
    {
      title: `a client that sends nothing for ${seconds} s`,
      needs: ['token:valid', 'handler'],
      slow: true,
      cost: { jobs: 1, connections: 1 },
    },
    async (beam) => {
      await beam.open('silent');
      await beam.pass('silent', quiet.forMs);
      // After the silence the connection is used, which proves that it was one.
      await beam.input('silent', 'first words', { op: 'transform' });
      await beam.output('first words', 'first words');
    },
  );
  const pinged = scene<BeamVerbs>(
    'beam',
    'beam/pinged',
    { title: 'a client that pings', needs: ['token:valid', 'handler'], cost: { jobs: 1, connections: 1 } },
    async (beam) => {
      await beam.open('pinger');
      await beam.ping('pinger');
      await beam.prove('pinger');
    },
  );
  return {
    scenes: [silent, pinged],
    cases: [
      judge(
        silent,
        'beam/keep-alive/silent',
        `a client that sends nothing for ${seconds} s keeps its connection`,
        each(quiet.requirements, staysOpen),
        { covers: ['quiet'] },
      ),
      // No document speaks of pings, so that nothing is asked but what the RFC has the library do.
      judge(pinged, 'beam/keep-alive/ping', 'how the server answers a WebSocket ping', {
        B19: (view) => {
          const pong = view.maybeStep('pong pinger');
          return passed(['pinger'], { note: pong?.outcome === 'ok' ? 'pong' : (pong?.reason ?? 'not sent') });
        },
      }),
    ],
  };
}

function staysOpen(view: View): Judgement {
  view.step('open silent');
  const closed = view.of('silent').find((event) => event.kind === 'closed' && event.by === 'them');
  if (closed?.kind === 'closed') {
    const actual = `closed with ${closed.code} ${closed.reason}`.trim();
    return failed({ rule: 'closed', expected: 'the connection stays open', actual, frame: closed.seq });
  }
  view.step('time silent');
  return passed(['silent']);
}
