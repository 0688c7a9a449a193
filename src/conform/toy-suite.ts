import type { Contract } from '../contract/contract.ts';
import type { Requirement, SurfaceName } from '../contract/requirement.ts';
import type { OpenPoint } from '../contract/rules.ts';
import { type AnyScene, type Scene, type Stage, scene } from '../suite/scene.ts';
import type { Suite, Surface } from '../suite/surface.ts';
import type { EmitTarget, Target } from '../target/target.ts';
import type { Frame } from '../wire/event.ts';
import { makePlan, type PlanOptions, type TargetPlan } from './plan.ts';

/** A contract and a suite of a few lines, for tests: its server says back whatever it is told. */
export interface Toy extends Partial<Pick<Suite, 'scenes' | 'cases' | 'monitors' | 'optional'>> {
  readonly requirements?: readonly Requirement[];
  readonly openPoints?: readonly OpenPoint[];
  readonly surface?: Partial<Surface>;
}

/** Plans a toy for targets; each is judged by the dialect `toy` unless it names its own. */
export function planToy(
  toy: Toy,
  targets: readonly Target[] = [toyTarget()],
  options: Partial<PlanOptions> = {},
): TargetPlan[] {
  const { requirements = [], openPoints = [], scenes = [], cases = [], monitors = [], optional = [] } = toy;
  const of = (surface: SurfaceName) => ({ surface, requirements, openPoints });
  const contract = { emit: of('emit'), pusher: of('pusher'), beam: of('beam') } as unknown as Contract;
  const suite = (name: SurfaceName) => () => ({
    surface: { ...toySurface, name, ...toy.surface },
    scenes,
    cases,
    monitors,
    optional,
  });
  const suites = { emit: suite('emit'), pusher: suite('pusher'), beam: suite('beam') };
  const chosen = targets.map((target) => ({ target, dialect: target.dialect }));
  return makePlan(contract, chosen, suites, { only: [], slow: false, ...options });
}

export function toyRequirement(id: string, more: Partial<Requirement> = {}): Requirement {
  return {
    id,
    surface: 'emit',
    level: 'MUST',
    basis: 'sentence',
    side: 'server',
    text: `A server does as ${id} says.`,
    source: { document: '000', title: 'A document', section: id, at: `requirements.yaml:${id}` },
    applies: {},
    includes: [],
    group: [id],
    ...more,
  };
}

export function toyPoint(id: string, more: Partial<OpenPoint> = {}): OpenPoint {
  return {
    id,
    surface: 'emit',
    about: `what ${id} is about`,
    readings: ['one', 'two'],
    sources: ['document one', 'document two'],
    pinned: {},
    mixed: false,
    offers: [],
    ...more,
  };
}

export function toyTarget(more: Partial<EmitTarget> = {}): EmitTarget {
  return {
    name: 'mine',
    surface: 'emit',
    dialect: 'toy',
    urls: { ws: 'ws://127.0.0.1:9' },
    spaces: [],
    drivers: [],
    headers: {},
    tls: {},
    capabilities: [],
    deadlines: { connectMs: 50_000, answerMs: 50_000 },
    warmupMs: 0,
    dedicated: true,
    limits: {},
    excludes: [],
    pins: {},
    secrets: [],
    at: 'mine.yaml:2',
    ...more,
  };
}

type SceneOptions = Partial<Omit<Scene<Stage>, 'id' | 'surface' | 'act' | 'cost'>> & {
  readonly cost?: Partial<Scene['cost']>;
};

export function toyScene(id: string, options: SceneOptions = {}, act = echoed): AnyScene {
  return scene<Stage>('emit', id, { title: id, needs: [], ...options }, act);
}

/** Opens a connection and has the nonce said back, which proves it. */
export async function echoed(stage: Stage, name = 'viewer'): Promise<void> {
  const { recorder, answerMs, connectMs } = stage;
  const url = stage.target.urls.ws ?? '';
  const peer = await recorder.dial({ name, url, connectMs, answerMs, headers: stage.target.headers }, {});
  const from = recorder.position;
  peer.send(stage.recorder.nonce);
  const came = await recorder.next((event) => event.kind === 'frame' && event.peer === name, {
    from,
    ms: answerMs,
    signal: stage.signal,
  });
  recorder.step({
    name: 'echo',
    verb: 'await',
    outcome: came ? 'ok' : 'miss',
    from,
    events: came ? [came.seq] : [],
  });
}

/** A capability is a word that the target file lists; whoever shows the nonce is proven. */
const toySurface: Surface = {
  name: 'emit',
  missing: (target, needs) =>
    needs.filter((need) => !target.capabilities.includes(need)).map((need) => `the target has no ${need}`),
  offers: (target, word) => target.capabilities.includes(word),
  verbs: (stage) => stage,
  tidy: async () => {},
  proven: ({ events, nonce }) =>
    new Set(
      events
        .filter((event): event is Frame => event.kind === 'frame' && event.text.includes(nonce))
        .map((event) => event.peer),
    ),
  jobOf: () => undefined,
  preflight: async (stage) => {
    const { connectMs, answerMs, recorder, target } = stage;
    const url = target.urls.ws ?? '';
    const { answer } = await recorder.dial({ name: 'preflight', url, connectMs, answerMs }, {});
    return answer?.kind === 'unreachable' && answer.why === 'network'
      ? { kind: 'unreachable', reason: answer.error }
      : { kind: 'there' };
  },
  close: async () => {},
};
