import type { BeamRules } from '../../src/contract/beam-rules.ts';
import type { SurfaceContract } from '../../src/contract/contract.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { failed, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { dialectOf } from '../../src/surfaces/beam/dialect.ts';
import { inputOf, isHeartbeat } from '../../src/surfaces/beam/message.ts';
import type { BeamVerbs } from '../../src/surfaces/beam/verbs.ts';
import type { Frame } from '../../src/wire/event.ts';

/** So many periods are waited through, and one more or less is still "about" the period. */
const periods = 3;

/** Heartbeats keep their period; whether there are any is an open point where no dialect asks for them. */
export function heartbeat(
  contract: SurfaceContract<BeamRules>,
  dialect: string,
): { scenes: Scene<BeamVerbs>[]; cases: Case[] } {
  const { heartbeat: rule } = dialectOf(contract.rules, dialect);
  const beats = (frame: Frame): boolean => isHeartbeat(rule, frame);
  const everySeconds = rule.everyMs / 1000;
  const passing = scene<BeamVerbs>(
    'beam',
    'beam/heartbeats',
    {
      title: `a connection over ${periods} periods of ${everySeconds} s`,
      needs: ['token:valid', 'handler'],
      slow: true,
      cost: { jobs: 2, connections: 1 },
    },
    async (beam) => {
      await beam.open('listener');
      await beam.prove('listener');
      await beam.pass('listener', periods * rule.everyMs);
      // Control is another connection: only an answer comes after what it has set off.
      await beam.prove('listener', 'fence');
    },
  );
  const atOnce = scene<BeamVerbs>(
    'beam',
    'beam/first-frames',
    {
      title: 'the first frames of a connection',
      needs: ['token:valid', 'handler'],
      cost: { jobs: 2, connections: 1 },
    },
    async (beam) => {
      await beam.open('listener');
      await beam.prove('listener');
      if (beam.hasControl) await beam.pass('listener', periods * rule.everyMs);
      await beam.prove('listener', 'fence');
    },
  );
  return {
    scenes: rule.requirements ? [passing, atOnce] : [atOnce],
    cases: [
      ...(rule.requirements
        ? [
            judge(
              passing,
              'beam/heartbeat/period',
              `a heartbeat comes about every ${everySeconds} s`,
              each(rule.requirements.every, (view) => keepsTime(view, beats)),
              { covers: ['heartbeat/every'] },
            ),
          ]
        : []),
      judge(
        atOnce,
        'beam/heartbeat/any',
        'whether the server sends heartbeats between the outputs',
        { B19: (view) => anyBeat(view, beats) },
        { covers: ['heartbeat/first'] },
      ),
    ],
  };
}

function keepsTime(view: View, beats: (frame: Frame) => boolean): Judgement {
  const { from } = view.step('time listener');
  const [fence] = view.step('fence').events;
  const seen = view.frames(
    'listener',
    (frame) => frame.seq > from && frame.seq < (fence ?? 0) && beats(frame),
  );
  if (Math.abs(seen.length - periods) <= 1) return passed(['listener']);
  const last = seen.at(-1)?.seq ?? fence;
  return failed({
    rule: seen.length < periods ? 'too-few' : 'too-many',
    expected: `${periods} heartbeats in ${periods} periods, or one more or less`,
    actual: `${seen.length}`,
    ...(last === undefined ? {} : { frame: last }),
  });
}

/** That there are some, a monitor sees anywhere; that there are none is seen here, past the first answer. */
function anyBeat(view: View, beats: (frame: Frame) => boolean): Judgement {
  const [seq] = view.step('fence').events;
  const [beat] = view.frames('listener', beats);
  const fence = seq === undefined ? undefined : view.frameAt(seq);
  if (!fence || !inputOf(view.recording, fence)) return untestable('no fence');
  const value = beat ? 'ping' : 'none';
  return passed(['listener'], {
    readings: [{ point: 'A18.heartbeat', value, frame: beat?.seq ?? fence.seq }],
  });
}
