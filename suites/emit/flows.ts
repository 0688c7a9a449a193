import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { Flow } from '../../src/contract/flow.ts';
import { isObject, type Json, sameJson } from '../../src/contract/json.ts';
import type { EmitRules } from '../../src/contract/rules.ts';
import { type Case, judgeEach } from '../../src/suite/case.ts';
import { all, failed, instead, type Judgement, passed, show } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { beside, midway, moveName, movesOf, performFlow, planted } from '../../src/surfaces/emit/flow.ts';
import { messageOf, scopeOf } from '../../src/surfaces/emit/message.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';
import { isSent } from '../../src/surfaces/emit/withheld.ts';
import type { Frame } from '../../src/wire/event.ts';

/** A scene per flow and variant, and a case per event that a flow awaits. */
export function flows(contract: SurfaceContract<EmitRules>): { scenes: Scene<EmitVerbs>[]; cases: Case[] } {
  const scenes: Scene<EmitVerbs>[] = [];
  const cases: Case[] = [];
  for (const flow of contract.flows) {
    for (const variant of flow.variants) {
      const made = flowScene(flow, variant);
      scenes.push(made);
      cases.push(...flowCases(contract.rules, flow, variant, made));
    }
  }
  return { scenes, cases };
}

function flowScene(flow: Flow, variant: string): Scene<EmitVerbs> {
  const many = variant === 'ten-interleaved';
  return scene<EmitVerbs>(
    'emit',
    `${flow.id}/${variant}`,
    {
      title: `${flow.title}, ${variant}`,
      needs: [
        'jobs',
        ...verbsOf(flow),
        'token:read',
        ...(variant === 'two-scopes' ? ['token:progress'] : []),
        ...flow.needs,
      ],
      cost: { jobs: many ? 10 : 1, connections: many ? 10 : 2 },
    },
    async (emit) => performFlow(flow, variant, emit),
  );
}

/** What the flow asks of a driver; the clock is waited for where no `control` moves it. */
function verbsOf(flow: Flow): string[] {
  const verbs = flow.steps.flatMap((step) =>
    step.verb === undefined || step.verb === 'clock' ? [] : [step.verb],
  );
  return [...new Set(verbs)].map((verb) => `verb:${verb}`);
}

/** One case per awaited event; a repeated step is one case over all its repeats. */
function flowCases(rules: EmitRules, flow: Flow, variant: string, made: Scene<EmitVerbs>): Case[] {
  const jobs =
    variant === 'ten-interleaved' ? Array.from({ length: 10 }, (_, at) => `job${at + 1}`) : ['job'];
  const moves = movesOf(flow);
  const awaited = flow.steps.filter((step) => step.await !== undefined);
  return judgeEach(made, awaited, (step) => {
    const numbers = moves.filter((move) => move.step === step).map((move) => move.n);
    const type = step.await ?? '';
    const expect = isObject(step.expect) ? step.expect : {};
    const rule = rules.events[type];
    const status = typeof expect.status === 'string' ? expect.status : undefined;
    const ofAll = (judgeFrame: (view: View, frame: Frame) => Judgement) => (view: View) =>
      all(
        jobs.flatMap((job) =>
          numbers.flatMap((n) => framesOf(view, moveName(job, n)).map((frame) => judgeFrame(view, frame))),
        ),
      );
    const checks: Record<string, (view: View) => Judgement> = {};
    if (step.owns !== undefined) checks[step.owns] = ofAll((_, frame) => passed([frame.peer]));
    for (const [group, { variant: of, owns, scope }] of Object.entries(beside(rules))) {
      if (of !== variant || !isSent(rules, type, scope)) continue;
      // A late joiner is owed only what comes after it came.
      const due = group === 'late' ? numbers.filter((n) => n > midway(flow)) : numbers;
      if (due.length === 0) continue;
      checks[owns] = (view) =>
        all(
          due.flatMap((n) =>
            framesOf(view, moveName(`${group} job`, n)).map((frame) => passed([frame.peer])),
          ),
        );
    }
    if (status !== undefined) {
      for (const id of rule?.status[status] ?? []) checks[id] = ofAll((_, frame) => statusIs(frame, status));
    }
    if (expect.data !== undefined) {
      for (const id of rule?.data.full?.kept ?? []) {
        checks[id] = ofAll((view, frame) =>
          scopeOf(view.recording, frame.peer) === 'full'
            ? dataHolds(frame, planted(expect.data ?? null, view))
            : passed([frame.peer]),
        );
      }
    }
    const n = numbers[0] ?? 0;
    return {
      id: `${made.id.replace('emit/', 'emit/flow/')}/${n}-${type}`,
      title: `${flow.title}: ${type} after ${step.verb ?? 'the step before'} (${variant})`,
      checks,
      covers: [`transition/${step.verb}/${type}`],
    };
  });
}

function framesOf(view: View, step: string): Frame[] {
  return view.step(step).events.flatMap((seq) => view.frameAt(seq) ?? []);
}

function statusIs(frame: Frame, status: string): Judgement {
  const actual = messageOf(frame)?.status;
  if (actual === status) return passed([frame.peer]);
  return failed({
    rule: 'status',
    expected: `status ${status}`,
    ...instead(actual),
    frame: frame.seq,
    pointer: '/status',
  });
}

/** Listed fields are equal; unlisted ones are the schema's business. */
function dataHolds(frame: Frame, expected: Json): Judgement {
  const actual = messageOf(frame)?.data;
  const holds =
    isObject(expected) && isObject(actual)
      ? Object.entries(expected).every(([key, value]) => sameJson(actual[key], value))
      : sameJson(actual, expected);
  if (holds) return passed([frame.peer]);
  return failed({
    rule: 'data',
    expected: `data ${show(expected)}`,
    ...instead(actual),
    frame: frame.seq,
    pointer: '/data',
  });
}
