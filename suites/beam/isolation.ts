import type { BeamRules } from '../../src/contract/beam-rules.ts';
import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { Flow } from '../../src/contract/flow.ts';
import { absent } from '../../src/suite/absence.ts';
import { type Case, judge } from '../../src/suite/case.ts';
import { all, type Judgement, untestable } from '../../src/suite/judgement.ts';
import type { Scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { holdsIn } from '../../src/surfaces/beam/dialect.ts';
import { againName, fenceName, lanesOf } from '../../src/surfaces/beam/flow.ts';
import { askedOf, inputOf } from '../../src/surfaces/beam/message.ts';
import type { BeamVerbs } from '../../src/surfaces/beam/verbs.ts';
import { outputsOf } from './answers.ts';

/** Nobody sees what was answered to another, in any flow that runs on two connections. */
export function isolation(
  contract: SurfaceContract<BeamRules>,
  dialect: string,
): { scenes: Scene<BeamVerbs>[]; cases: Case[] } {
  const shared = contract.flows.filter(holdsIn(dialect)).filter(({ variants }) => variants.includes(variant));
  return { scenes: [], cases: shared.map(flowCase) };
}

const variant = 'two-connections';

function flowCase(flow: Flow): Case {
  const [one = '', two = ''] = lanesOf(flow, variant);
  const streams = flow.steps.some((step) => JSON.stringify(step.with ?? null).includes('"stream"'));
  const apart = (view: View): Judgement =>
    all([silentAbout(view, two, fenceName(one)), silentAbout(view, one, fenceName(two))]);
  return judge(
    { id: `${flow.id}/${variant}`, surface: 'beam' },
    `beam/isolation/${flow.id.replace('beam/', '')}`,
    'each of two connections carries its own answers and none of the other',
    { B6: apart, ...(streams ? { B7: apart } : {}) },
  );
}

/** No answer to an input of another connection on the one that carries the fence, up to there and to the drain. */
function silentAbout(view: View, other: string, fence: string): Judgement {
  const theirs = Object.values(view.recording.jobs).filter(
    ({ where }) => where === other || where === againName(other),
  );
  const witness = theirs.flatMap((job) => outputsOf(view, job).slice(0, 1))[0];
  const mark = view.recording.jobs[fence];
  if (!mark) return untestable(`no fence: ${fence} was not sent`);
  if (!theirs.some((job) => askedOf(job) !== 'fail')) return untestable(`${other} asked for nothing`);
  return absent(view, {
    rule: 'elsewhere',
    what: `answer to an input of ${other}`,
    watcher: mark.where,
    forbidden: (frame) => theirs.some(({ id }) => inputOf(view.recording, frame)?.id === id),
    witness,
    witnessed: `an answer on ${other}`,
    fence: (event) => event.kind === 'frame' && inputOf(view.recording, event)?.id === mark.id,
    grade: 'a later answer on its own connection',
  });
}
