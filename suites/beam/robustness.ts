import type { BeamInput, BeamRules } from '../../src/contract/beam-rules.ts';
import type { SurfaceContract } from '../../src/contract/contract.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import { failed, type Judgement, passed, type Reading, untestable } from '../../src/suite/judgement.ts';
import { type Scene, SceneStopped, scene } from '../../src/suite/scene.ts';
import { describeAnswer } from '../../src/suite/twin.ts';
import type { View } from '../../src/suite/view.ts';
import { dialectOf } from '../../src/surfaces/beam/dialect.ts';
import { isForetold } from '../../src/surfaces/beam/foretold.ts';
import { isHeartbeat } from '../../src/surfaces/beam/message.ts';
import type { BeamVerbs } from '../../src/surfaces/beam/verbs.ts';
import type { Frame } from '../../src/wire/event.ts';
import { answered, outputsOf, readingOf } from './answers.ts';

/** Inputs that nobody should send, a scene each: the server lives, and nobody else is harmed. */
export function robustness(
  contract: SurfaceContract<BeamRules>,
  dialect: string,
): { scenes: Scene<BeamVerbs>[]; cases: Case[] } {
  const { rules } = contract;
  const { heartbeat } = dialectOf(rules, dialect);
  const beats = (frame: Frame): boolean => isHeartbeat(heartbeat, frame);
  const rows = Object.entries(rules.inputs);
  const made = rows.map(([row, input]) => ({ row, input, scene: hostileScene(row, input) }));
  return {
    scenes: made.map((one) => one.scene),
    cases: made.flatMap(({ row, input, scene: performed }) =>
      judgeEach(performed, [row], () => ({
        id: `beam/robustness/${row}`,
        title: `${input.says} leaves the server alive and the connection usable or closed with a clear code`,
        checks: {
          ...each(input.survives, (view: View) => survives(view, rules, readings(view, rules, input, beats))),
          ...each(input.answered ?? [], (view: View) =>
            isForetold(view.recording)
              ? untestable('no driver beam-handler: only of that handler it is known what it makes of this')
              : answered(view, 'answer'),
          ),
        },
        covers: [`input/${row}`],
      })),
    ),
  };
}

function hostileScene(row: string, input: BeamInput): Scene<BeamVerbs> {
  return scene<BeamVerbs>(
    'beam',
    `beam/nuisance-${row}`,
    {
      title: `a client sends ${input.says}`,
      phase: 'hostile',
      needs: ['token:valid', 'handler'],
      cost: { jobs: 8, connections: 3 },
    },
    async (beam) => {
      const both = ['bystander', 'nuisance'];
      await Promise.all(both.map((peer) => beam.open(peer)));
      // Two each: a server that answers only one input has nothing to lose by what follows.
      for (const peer of both)
        for (const nth of [1, 2]) await beam.input(peer, `${peer} ${nth}`, { op: 'transform' });
      for (const peer of both) {
        for (const nth of [1, 2]) {
          if (await beam.output(`${peer} ${nth}`, `${peer} ${nth}`)) continue;
          throw new SceneStopped(`${peer} was not answered before anything bad was sent`);
        }
      }
      beam.disturb('nuisance', 'bad', row);
      if (input.answered && beam.hasOurHandler)
        await beam.output('answer', 'bad', { owns: input.answered[0] ?? '', patient: true });
      await beam.input('nuisance', 'nuisance after', { op: 'transform' });
      await beam.output('nuisance after', 'nuisance after', { patient: true });
      await beam.input('bystander', 'bystander after', { op: 'transform' });
      await beam.output('bystander after', 'bystander after', { patient: true });
      if ((await beam.attempt('newcomer', { mayBeDead: true })) !== undefined) return;
      await beam.input('newcomer', 'newcomer', { op: 'transform' });
      await beam.output('newcomer', 'newcomer', { patient: true });
    },
  );
}

/** Usable, or closed with a clear code; and the others go on as if nothing had happened. */
function survives(view: View, rules: BeamRules, readings: readonly Reading[]): Judgement {
  view.step('nuisance 2');
  view.step('bystander 2');
  const { from } = view.job('bad');
  const closed = view.of('nuisance').find((event) => event.kind === 'closed' && event.by === 'them');
  const after = view.recording.jobs['nuisance after'];
  const usable = after !== undefined && outputsOf(view, after).length > 0;
  if (closed?.kind === 'closed') {
    const { code } = closed;
    const isClear = rules.clearCloses.some(([low, high]) => code >= low && code <= high);
    if (!isClear) {
      const actual = code === 1006 ? 'the connection was dropped' : `closed with ${code} ${closed.reason}`;
      return failed({ rule: 'unclear-close', expected: clear(rules), actual, frame: closed.seq });
    }
  } else if (!usable) {
    const expected = 'a later input is answered, or the connection is closed';
    return failed({ rule: 'hangs', expected, actual: 'neither', frame: from });
  }
  const newcomer = view.answer('newcomer');
  if (newcomer.kind !== 'opened') {
    const actual = describeAnswer(view, 'newcomer');
    return failed({ rule: 'dead', expected: 'the next client is served', actual, frame: newcomer.seq });
  }
  for (const [peer, name] of [
    ['newcomer', 'newcomer'],
    ['bystander', 'bystander after'],
  ] as const) {
    const job = view.recording.jobs[name];
    if (job && outputsOf(view, job).length > 0) continue;
    const expected = `the ${peer} is answered as before`;
    return failed({ rule: `harmed ${peer}`, expected, actual: 'no answer', frame: from });
  }
  return passed(['nuisance', 'bystander', 'newcomer'], { readings });
}

function readings(
  view: View,
  rules: BeamRules,
  { openPoint: point }: BeamInput,
  beats: (frame: Frame) => boolean,
): Reading[] {
  const silent = rules.openPoints.find(({ id }) => id === point)?.readings[0];
  if (point === undefined || silent === undefined || !view.recording.jobs.bad) return [];
  return [readingOf(view, 'bad', { point, silent, beats })];
}

function clear(rules: BeamRules): string {
  const ranges = rules.clearCloses.map(([low, high]) => (low === high ? `${low}` : `${low} to ${high}`));
  return `a close that says what was wrong: ${ranges.join(', ')}`;
}
