import type { BeamOperation, BeamOperationName, BeamRules } from '../../src/contract/beam-rules.ts';
import type { SurfaceContract } from '../../src/contract/contract.ts';
import { isObject } from '../../src/contract/json.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import { failed, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { dialectOf } from '../../src/surfaces/beam/dialect.ts';
import { formsOf, isFormKnown } from '../../src/surfaces/beam/form.ts';
import { isHeartbeat } from '../../src/surfaces/beam/message.ts';
import type { BeamVerbs } from '../../src/surfaces/beam/verbs.ts';
import type { Frame } from '../../src/wire/event.ts';
import { accepted, answered, complete, inSequence, inTurn, readingOf, unasked } from './answers.ts';

const names: readonly BeamOperationName[] = ['transform', 'stream', 'fail'];
const payloads = 7;

/** Each operation as the first thing that a connection asks, and what each side of the answer is for. */
export function operations(
  contract: SurfaceContract<BeamRules>,
  dialect: string,
): { scenes: Scene<BeamVerbs>[]; cases: Case[] } {
  const made = names.map((op) => ({ op, scene: operationScene(op) }));
  const formOf = formsOf(contract, dialect);
  return {
    scenes: made.map((one) => one.scene),
    cases: made.flatMap(({ op, scene: performed }) => {
      const rule = contract.rules.operations[op];
      const rows = Object.entries(judgesOf(contract, dialect, op, formOf)).filter(
        ([side]) => rule[side as Side].length > 0,
      );
      return judgeEach(performed, rows, ([side, judgesBy]) => ({
        id: `beam/operation/${op}/${side.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
        title: `${op}: ${sides[side as Side]}`,
        checks: Object.assign({}, ...rule[side as Side].map((id) => each([id], judgesBy(id)))),
        covers: [`operation/${op}`, 'connection/open/input'],
      }));
    }),
  };
}

type Side = Exclude<keyof BeamOperation, 'openPoint'>;

const sides: Readonly<Record<Side, string>> = {
  accepted: 'it is taken with no subscription before it',
  answered: 'an answer comes, on this connection, unasked',
  complete: 'all of it arrives, once and unchanged',
  inOrder: 'it arrives in order',
  form: 'each frame is well formed by itself',
  alive: 'a transform after it is answered',
};

function operationScene(op: BeamOperationName): Scene<BeamVerbs> {
  return scene<BeamVerbs>(
    'beam',
    `beam/operation-${op}`,
    {
      title: `${op} as the first input`,
      needs: ['token:valid', 'handler', ...(op === 'transform' ? [] : [op])],
      cost: { jobs: 3, connections: 2 },
    },
    async (beam) => {
      await beam.open('client');
      await beam.input('client', 'first', { op, ...(op === 'stream' ? { n: payloads } : {}) });
      // Waited for in full, whatever was missed elsewhere: what comes only later had to be asked for.
      if (op !== 'fail') await beam.output('first', 'first', { owns: 'B6', patient: true });
      if (op === 'stream')
        await beam.output('rest', 'first', { count: payloads - 1, owns: 'B7', patient: true });
      // These two are sent together; they also show what a client gets that had to ask for more.
      await beam.input('client', 'second', { op: 'transform' });
      await beam.input('client', 'third', { op: 'transform' });
      const again = async (): Promise<string> => {
        await beam.open('client again');
        await beam.input('client again', 'second again', { op: 'transform' });
        return 'second again';
      };
      await beam.output('second', 'second', { owns: 'B6', ...(op === 'fail' ? { again } : {}) });
      if (beam.isOpen('client')) await beam.output('third', 'third');
    },
  );
}

function judgesOf(
  contract: SurfaceContract<BeamRules>,
  dialect: string,
  op: BeamOperationName,
  formOf: ReturnType<typeof formsOf>,
): Record<Side, (requirement: string) => (view: View) => Judgement> {
  const { heartbeat } = dialectOf(contract.rules, dialect);
  const beats = (frame: Frame): boolean => isHeartbeat(heartbeat, frame);
  const point = contract.rules.operations[op].openPoint;
  return {
    accepted: () => (view) => accepted(view, 'first'),
    answered: (id) => (view) => (id === 'B14' ? unasked(view, 'first') : answered(view, 'first')),
    complete: () => (view) => complete(view, 'first', keysOf(contract, op)),
    inOrder: () => (view) =>
      op === 'stream' ? inSequence(view, 'first') : inTurn(view, ['first', 'second', 'third']),
    form: (id) => (view) =>
      wellFormed(
        view,
        id,
        (frame) => !beats(frame),
        formOf,
        (frame) => isFormKnown(contract.rules, dialect, view.recording, frame),
      ),
    alive: () => (view) => {
      const judgement = answered(view, 'second');
      if (judgement.kind !== 'passed' || point === undefined) return judgement;
      const readings = [readingOf(view, 'first', { point, silent: 'nothing', beats })];
      return passed(judgement.rests, { readings });
    },
  };
}

/** Keys of an operation's outputs, as the contract of the handler has them. */
export function keysOf(contract: SurfaceContract<BeamRules>, op: BeamOperationName): readonly string[] {
  const handler = contract.extras.handler;
  const table = isObject(handler) && isObject(handler.operations) ? handler.operations[op] : undefined;
  const keys = isObject(table) && Array.isArray(table.keys) ? table.keys.map(String) : [];
  if (keys.length === 0) throw new Error(`specs/beam/handler.yaml names no keys for ${op}`);
  return keys;
}

function wellFormed(
  view: View,
  requirement: string,
  isOutput: (frame: Frame) => boolean,
  formOf: ReturnType<typeof formsOf>,
  isKnown: (frame: Frame) => boolean,
): Judgement {
  view.step('open client');
  const peers = ['client', 'client again'].filter((peer) => view.has(peer));
  const frames = peers.flatMap((peer) => view.frames(peer, isOutput)).filter(isKnown);
  const judged = frames.filter((frame) => formOf(frame).judged.includes(requirement));
  for (const frame of frames) {
    const finding = formOf(frame).broken.find((one) => one.requirement === requirement);
    if (!finding) continue;
    const { requirement: _, ...rest } = finding;
    return failed({ ...rest, frame: frame.seq });
  }
  const [first] = judged.map(({ peer }) => peer);
  return first === undefined
    ? untestable('there was no output to be judged')
    : passed([judged.at(-1)?.peer ?? first]);
}
