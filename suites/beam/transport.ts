import type { BeamRules } from '../../src/contract/beam-rules.ts';
import type { SurfaceContract } from '../../src/contract/contract.ts';
import { type Case, each, judge, judgeEach } from '../../src/suite/case.ts';
import { failed, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import { admitted, cannotTell, describeAnswer } from '../../src/suite/twin.ts';
import type { View } from '../../src/suite/view.ts';
import type { BeamVerbs } from '../../src/surfaces/beam/verbs.ts';

/** Where the channel is, and that it is a WebSocket: paths, a GET without an upgrade, TLS. */
export function transport(contract: SurfaceContract<BeamRules>): {
  scenes: Scene<BeamVerbs>[];
  cases: Case[];
} {
  const { rules } = contract;
  const rows = Object.entries(rules.paths);
  const channel = channelScene(rules);
  const others = rows.filter(([, { observed }]) => observed).map(([path]) => path);
  return {
    scenes: [channel, secure],
    cases: [
      ...judgeEach(channel, rows, ([path, { says, requirements }]) => ({
        id: `beam/path/${path}`,
        title: requirements ? `the channel is at ${says}` : `what ${says} is answered with`,
        checks: requirements
          ? each(requirements, (view: View) => isTheChannel(view, path, others))
          : // No document names it, so nothing is asked of it.
            { B19: (view: View) => passed(['root'], { note: describeAnswer(view, path) }) },
        covers: [`path/${path}`],
      })),
      judge(
        channel,
        'beam/transport/get',
        'a GET without an upgrade is not answered with an event stream, and the channel carries frames both ways',
        each(rules.get.requirements, (view) => isNoStream(view, rules.get.forbids)),
        { covers: ['get'] },
      ),
      judge(
        channel,
        'beam/transport/close',
        'how the server ends a connection that the client closes',
        {
          B19: (view) => passed(['root'], { note: ending(view) }),
        },
        { covers: ['connection/open/close'] },
      ),
      judge(secure, 'beam/transport/tls', 'the endpoint has a certificate that is valid for its host', {
        B9: (view) => admitted(view, 'secure'),
      }),
      judge(secure, 'beam/transport/in-the-clear', 'an upgrade without TLS is refused or redirected', {
        B9i: refusedInTheClear,
      }),
    ],
  };
}

function channelScene(rules: BeamRules): Scene<BeamVerbs> {
  const paths = Object.keys(rules.paths);
  return scene<BeamVerbs>(
    'beam',
    'beam/channel',
    {
      title: 'every path, and a GET without an upgrade',
      needs: ['token:valid', 'handler'],
      cost: { jobs: 1, connections: paths.length },
    },
    async (beam) => {
      await Promise.all([
        ...paths.map((path) => beam.attempt(path, { path })),
        beam.get('get', rules.get.credential),
      ]);
      if (beam.isOpen('root')) await beam.prove('root');
    },
  );
}

const secure = scene<BeamVerbs>(
  'beam',
  'beam/secure',
  {
    title: 'an upgrade with TLS, and one without',
    needs: ['token:valid', 'handler', 'tls', 'checked-certificate'],
    cost: { jobs: 1, connections: 2 },
  },
  async (beam) => {
    await beam.open('secure');
    await beam.prove('secure');
    await beam.attemptInTheClear('plain');
  },
);

function isTheChannel(view: View, path: string, others: readonly string[]): Judgement {
  const answer = view.answer(path);
  // A token that is not taken says nothing about the path: the door has checks of its own.
  if (answer.kind === 'refused' && (answer.status === 401 || answer.status === 403)) {
    return untestable(`${path}: the token was not taken (${answer.status})`);
  }
  // Nor does what is no HTTP at all, which the upgrade itself is judged by.
  if (answer.kind === 'unreachable') return untestable(`${path}: ${describeAnswer(view, path)}`);
  const judgement = admitted(view, path);
  if (judgement.kind !== 'passed') return judgement;
  const note = others.map((other) => `${other}: ${describeAnswer(view, other)}`).join(', ');
  return passed(judgement.rests, { note: `beside it, ${note}` });
}

function isNoStream(view: View, forbidden: string): Judgement {
  const [seq] = view.step('get').events;
  const exchange = seq === undefined ? undefined : view.recording.events[seq];
  if (exchange?.kind !== 'exchange' || exchange.status === 0) {
    return untestable(
      `the GET got no answer: ${exchange?.kind === 'exchange' ? exchange.error : 'not sent'}`,
    );
  }
  const type = exchange.headers['content-type'] ?? 'no content type';
  if (!type.toLowerCase().startsWith(forbidden))
    return passed(['root'], { note: `${exchange.status}, ${type}` });
  return failed({
    rule: 'event-stream',
    expected: `anything but ${forbidden}`,
    actual: type,
    frame: exchange.seq,
  });
}

function ending(view: View): string {
  const closed = view.of('root').find((event) => event.kind === 'closed');
  return closed?.kind === 'closed' ? `closed by ${closed.by} with ${closed.code}` : 'not closed';
}

function refusedInTheClear(view: View): Judgement {
  const answer = view.answer('plain');
  if (answer.kind === 'opened') {
    const expected = 'no connection without TLS';
    return failed({ rule: 'in-the-clear', expected, actual: '101 Switching Protocols', frame: answer.seq });
  }
  // Nothing that listens there is a refusal too.
  const cannot = answer.kind === 'unreachable' ? undefined : cannotTell(view, 'plain');
  if (cannot) return untestable(cannot);
  const tokenSpared = view.peer('plain').about.credential !== 'valid';
  if (tokenSpared && answer.kind === 'refused' && (answer.status === 401 || answer.status === 403)) {
    return untestable('it is answered in the clear, and a good token is not sent that way');
  }
  return passed(['secure'], { note: describeAnswer(view, 'plain') });
}
