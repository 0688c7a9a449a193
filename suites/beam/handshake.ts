import type { BeamRules } from '../../src/contract/beam-rules.ts';
import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { Refusal } from '../../src/contract/rules.ts';
import { type Case, each, judge, judgeEach } from '../../src/suite/case.ts';
import { failed, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import { admitted, cannotTell, describeAnswer, refused, refusedWith } from '../../src/suite/twin.ts';
import type { View } from '../../src/suite/view.ts';
import { holdsIn } from '../../src/surfaces/beam/dialect.ts';
import { shown } from '../../src/surfaces/beam/message.ts';
import type { BeamVerbs } from '../../src/surfaces/beam/verbs.ts';

/** Every credential at the door: who is admitted and who is refused, with the twin beside it. */
export function handshake(
  contract: SurfaceContract<BeamRules>,
  dialect: string,
): { scenes: Scene<BeamVerbs>[]; cases: Case[] } {
  const { rules } = contract;
  const { admits, undecided, refuses } = rules.door;
  const holds = holdsIn(dialect);
  const rows = <Cell extends { readonly dialects?: readonly string[] }>(
    table: Readonly<Record<string, Cell>>,
  ) => Object.entries(table).filter(([, cell]) => holds(cell));
  const open = rows(admits).map(([credential]) => credential);
  const tried = [...open, ...rows(undecided).map(([name]) => name), ...rows(refuses).map(([name]) => name)];
  const made = handshakeScene(open, tried);
  const title = (credential: string, what: string): string =>
    `${rules.credentials[credential]?.says ?? credential} ${what}`;
  const id = (credential: string): string => `beam/handshake/${credential}`;
  return {
    scenes: [made],
    cases: [
      ...judgeEach(made, rows(admits), ([credential, { requirements }]) => ({
        id: id(credential),
        title: title(credential, 'opens the connection'),
        checks: {
          ...each(requirements, (view: View) => letIn(view, credential)),
          ...(requirements.includes('B2') ? { B2: (view: View) => upgraded(view, credential) } : {}),
          ...(credential === 'valid'
            ? each(rules.silence.requested ?? [], (view: View) => silentUntilGranted(view, credential))
            : {}),
        },
        covers: [`door/${credential}`, 'connection/requested/admit', 'silence/requested'],
      })),
      ...judgeEach(made, rows(refuses), ([credential, refusal]) => ({
        id: id(credential),
        title: title(credential, 'is turned away'),
        checks: refusalChecks(rules, credential, refusal),
        covers: [`door/${credential}`, 'connection/requested/refuse', 'silence/refused'],
      })),
      ...judgeEach(made, rows(undecided), ([credential, { openPoint }]) => ({
        id: id(credential),
        title: title(credential, 'is answered'),
        checks: { B3: (view: View) => answerTo(view, credential, openPoint) },
        covers: [`door/${credential}`],
      })),
      // Where the dialect decides, the same reading is taken: it must be the one that the dialect pins.
      ...(open.includes('query')
        ? [
            judge(made, 'beam/handshake/without-a-header', 'a client that cannot set headers is answered', {
              B3: (view) => answerTo(view, 'query', 'A16'),
            }),
          ]
        : []),
    ],
  };
}

function handshakeScene(open: readonly string[], tried: readonly string[]): Scene<BeamVerbs> {
  return scene<BeamVerbs>(
    'beam',
    'beam/handshake',
    {
      title: 'every credential at the door',
      needs: ['token:valid', 'handler'],
      cost: { jobs: open.length, connections: tried.length },
    },
    async (beam) => {
      await Promise.all(tried.map((credential) => beam.attempt(credential, { credential })));
      // An answer of the handler shows that it was this target which let the client in.
      for (const peer of open.filter((one) => beam.isOpen(one))) await beam.prove(peer);
    },
  );
}

function refusalChecks(
  rules: BeamRules,
  credential: string,
  { refused: ids, status, twin, openPoint }: Refusal,
): Record<string, (view: View) => Judgement> {
  const pair = { attempt: credential, twin, openPoint };
  return {
    ...each(ids, (view) => refused(view, pair)),
    ...Object.fromEntries(
      Object.entries(status).map(([id, numbers]) => [id, (view: View) => refusedWith(view, pair, numbers)]),
    ),
    ...each(rules.silence.refused ?? [], (view) => silentWhenRefused(view, credential, twin)),
  };
}

/** Where a good token in the header opens nothing, the same token elsewhere says nothing about its place. */
function letIn(view: View, credential: string): Judgement {
  if (credential !== 'valid' && view.answer('valid').kind !== 'opened') {
    return untestable(`its twin valid was not admitted either (${describeAnswer(view, 'valid')})`);
  }
  return admitted(view, credential);
}

/** 101 with an accept key that is the answer to ours, which the WebSocket client checks. */
function upgraded(view: View, peer: string): Judgement {
  const judgement = admitted(view, peer);
  if (judgement.kind !== 'passed') return judgement;
  const closed = view.of(peer).find((event) => event.kind === 'closed');
  if (closed?.kind !== 'closed' || !/Sec-WebSocket|Upgrade/i.test(closed.error ?? '')) return judgement;
  const expected = '101 with the Sec-WebSocket-Accept that belongs to the key';
  return failed({ rule: 'accept', expected, actual: closed.error ?? '', frame: closed.seq });
}

function silentUntilGranted(view: View, peer: string): Judgement {
  const answer = view.answer(peer);
  // Who hangs up, or never comes to the end of its answer, has said nothing before it.
  const isNoise = answer.kind === 'unreachable' && /^Parse Error(?!.*overflow)/i.test(answer.error);
  if (isNoise && answer.why === 'garbled') {
    const expected = 'nothing before the answer to the upgrade';
    return failed({ rule: 'garbled', expected, actual: answer.error, frame: answer.seq });
  }
  return answer.kind === 'opened' ? passed([peer]) : untestable(`${peer}: ${describeAnswer(view, peer)}`);
}

/** Who is turned away, be it after a 101, was told nothing before. Who is let in is another check's finding. */
function silentWhenRefused(view: View, attempt: string, twin: string): Judgement {
  const answer = view.answer(attempt);
  const closed = view.of(attempt).find((event) => event.kind === 'closed' && event.by === 'them');
  const [said] = view.frames(attempt);
  if (answer.kind === 'opened' && !closed) return untestable(`${attempt} was admitted`);
  if (said) {
    const expected = 'no message to a client that is turned away';
    return failed({ rule: 'spoke', expected, ...shown(said), frame: said.seq });
  }
  const cannot = cannotTell(view, attempt);
  if (cannot) return untestable(cannot);
  return view.answer(twin).kind === 'opened'
    ? passed([twin])
    : untestable(`its twin ${twin} was not admitted`);
}

/** What the document leaves open: admitted or refused, but one of the two, with an answer. */
function answerTo(view: View, peer: string, point: string): Judgement {
  const cannot = cannotTell(view, peer);
  if (cannot) return untestable(cannot);
  const answer = view.answer(peer);
  const value = answer.kind === 'opened' ? 'admitted' : 'refused';
  return passed(['valid'], { readings: [{ point, value, frame: answer.seq }] });
}
