import type { BeamRules } from '../../src/contract/beam-rules.ts';
import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { Flow, FlowStep } from '../../src/contract/flow.ts';
import { isObject } from '../../src/contract/json.ts';
import { type Case, judgeEach } from '../../src/suite/case.ts';
import { all, failed, type Judgement, passed, type Reading, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { dialectOf, holdsIn } from '../../src/surfaces/beam/dialect.ts';
import {
  type FlowMove,
  inputName,
  lanesOf,
  lanesOfStep,
  moveName,
  movesOf,
  operationsOf,
  performFlow,
  withOf,
} from '../../src/surfaces/beam/flow.ts';
import { askedOf, indexesIn, inputOf, isHeartbeat } from '../../src/surfaces/beam/message.ts';
import type { BeamVerbs } from '../../src/surfaces/beam/verbs.ts';
import type { Frame } from '../../src/wire/event.ts';
import { accepted, answered, inputNamed, outputsOf, readingOf } from './answers.ts';

/** A scene per flow and variant; a case per input that must be taken, and per output that is awaited. */
export function flows(
  contract: SurfaceContract<BeamRules>,
  dialect: string,
): { scenes: Scene<BeamVerbs>[]; cases: Case[] } {
  const scenes: Scene<BeamVerbs>[] = [];
  const cases: Case[] = [];
  for (const flow of contract.flows.filter(holdsIn(dialect))) {
    for (const variant of flow.variants) {
      const made = flowScene(flow, variant);
      scenes.push(made);
      cases.push(...flowCases(contract.rules, dialect, flow, variant, made));
    }
  }
  return { scenes, cases };
}

function flowScene(flow: Flow, variant: string): Scene<BeamVerbs> {
  const lanes = lanesOf(flow, variant).length;
  const inputs = movesOf(flow).filter(({ step }) => step.verb === 'input').length;
  return scene<BeamVerbs>(
    'beam',
    `${flow.id}/${variant}`,
    {
      title: `${flow.title}, ${variant}`,
      needs: [
        'token:valid',
        'handler',
        ...operationsOf(flow).filter((op) => op !== 'transform'),
        ...flow.needs,
      ],
      cost: { jobs: (inputs + 1) * lanes, connections: lanes + 1 },
    },
    async (beam) => performFlow(flow, variant, beam),
  );
}

function flowCases(
  rules: BeamRules,
  dialect: string,
  flow: Flow,
  variant: string,
  made: Scene<BeamVerbs>,
): Case[] {
  const moves = movesOf(flow);
  const told = flow.steps.filter((step) => step.owns !== undefined && (step.await || opens(flow, step)));
  return judgeEach(made, told, (step) => {
    const own = moves.filter((move) => move.step === step);
    const lanes = lanesOfStep(flow, variant, step);
    /** One judge for every repeat of the step on every connection. */
    const ofAll = (judgeOne: (view: View, lane: string, move: FlowMove) => Judgement) => (view: View) =>
      all(lanes.flatMap((lane) => own.map((move) => judgeOne(view, lane, move))));
    const awaits = step.await !== undefined;
    const failing = failingBefore(flow, step);
    const checks: Record<string, (view: View) => Judgement> = {};
    if (step.owns !== undefined) {
      checks[step.owns] = ofAll((view, lane, move) => {
        const input = inputName(flow, lane, move);
        if (!awaits) return accepted(view, input);
        const judgement = answered(view, moveName(lane, move.n));
        if (judgement.kind !== 'passed') return judgement;
        const readings = [
          ...turnOf(rules, view, input),
          ...(failing ? [failureOf(rules, dialect, view, inputName(flow, lane, failing))].flat() : []),
        ];
        return passed(judgement.rests, { readings });
      });
    }
    if (isObject(step.expect) && typeof step.expect.index === 'number') {
      for (const id of rules.operations.stream.inOrder) {
        checks[id] = ofAll((view, lane, move) => isInPlace(view, moveName(lane, move.n)));
      }
    }
    return {
      id: `${made.id.replace('beam/', 'beam/flow/')}/${own[0]?.n ?? 0}-${awaits ? 'output' : 'input'}`,
      title: `${flow.title}: ${says(step)} (${variant})`,
      checks,
      covers: [`operation/${String(withOf(step).op ?? 'transform')}`],
    };
  });
}

function says(step: FlowStep): string {
  const { name, of, op } = withOf(step);
  const what = `${String(op ?? 'output')} ${String(name ?? of)}`;
  return step.await === undefined ? `${what} is taken` : `${what} is answered`;
}

/** The first input of its connection: only there can a server want something else before it. */
function opens(flow: Flow, step: FlowStep): boolean {
  const { on } = withOf(step);
  return step === flow.steps.find((one) => one.verb === 'input' && withOf(one).on === on);
}

/** The step before it that made the handler fail. */
function failingBefore(flow: Flow, step: FlowStep): FlowMove | undefined {
  const moves = movesOf(flow);
  const at = moves.findIndex((move) => move.step === step);
  return moves.slice(0, at).findLast((move) => withOf(move.step).op === 'fail');
}

function failureOf(rules: BeamRules, dialect: string, view: View, name: string): Reading[] {
  const point = rules.operations.fail.openPoint;
  if (point === undefined) return [];
  const beats = (frame: Frame): boolean => isHeartbeat(dialectOf(rules, dialect).heartbeat, frame);
  return [readingOf(view, name, { point, silent: 'nothing', beats })];
}

/** Whether a transform had to wait for the stream before it (A20.streams); nothing where none was running. */
function turnOf(rules: BeamRules, view: View, name: string): Reading[] {
  const point = rules.openPoints.find(({ id }) => id === 'A20.streams')?.id;
  const job = inputNamed(view, name);
  const [answer] = outputsOf(view, job);
  if (point === undefined || !answer || askedOf(job) !== 'transform') return [];
  return Object.values(view.recording.jobs).flatMap((stream) => {
    if (stream.where !== job.where || askedOf(stream) !== 'stream' || stream.from > job.from) return [];
    const payloads = outputsOf(view, stream);
    const last = payloads.at(-1);
    if (!last || payloads.length < Number(stream.about.n) || last.seq < job.from) return [];
    return [{ point, value: answer.seq < last.seq ? 'interleaved' : 'sequential', frame: answer.seq }];
  });
}

/** No payload that the handler produced later has come before the awaited one. A second coming is not judged here. */
function isInPlace(view: View, step: string): Judgement {
  const [seq] = view.step(step).events;
  const frame = seq === undefined ? undefined : view.frameAt(seq);
  const job = frame && inputOf(view.recording, frame);
  const [index] = frame ? indexesIn(view.recording, frame) : [];
  if (!frame || !job || index === undefined) return untestable(`${step}: no payload with an index`);
  const before = outputsOf(view, job)
    .filter((one) => one.seq < frame.seq)
    .flatMap((one) => indexesIn(view.recording, one));
  const later = before.find((one) => one > index);
  if (later === undefined || before.includes(index)) return passed([frame.peer]);
  return failed({
    rule: 'order',
    expected: `payload ${index} before payload ${later}`,
    actual: 'after it',
    frame: frame.seq,
    pointer: '/index',
  });
}
