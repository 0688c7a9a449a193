import { seededRandom } from '../../conform/random.ts';
import type { Target } from '../../target/target.ts';
import { now } from '../clock.ts';
import { comparisonOf, runsOf, whyNotComparable } from '../compare/compare.ts';
import type { StageRecord } from '../evidence/stage-record.ts';
import { type NullTarget, startNullTarget } from '../perform/null-target.ts';
import type { StageRecorder } from '../perform/recorder.ts';
import { publishesOf, type StageShape } from '../plan/load-plan.ts';
import { dialectOf } from '../prepare/prepare.ts';
import { eventsOf, type LoadEvent } from '../report/load-events.ts';
import { type Gate, heldAgainst } from '../verdict/gates.ts';
import type {
  Ceiling,
  Comparison,
  GateResult,
  LoadFinding,
  LoadResult,
  Quantiles,
  StageResult,
  TrustCheck,
} from '../verdict/load-result.ts';
import { stageResultOf } from '../verdict/stage-result.ts';
import { trustOf } from '../verdict/trust.ts';
import { findingsOf, verdictOf } from '../verdict/verdict.ts';
import { ceilingOf } from './ceiling.ts';
import { environmentOf } from './environment.ts';
import { measureFloor } from './floor.ts';
import { LiveWindows } from './live-windows.ts';
import { type Means, measure } from './measure.ts';
import { largestOf, neededFor, nothingOffered, offeredOf } from './offered.ts';
import type { RunFiles } from './run-files.ts';

/** What a load is put on. */
export interface Server {
  readonly target: Target;
  /** Where it can be watched. */
  readonly serverPid?: number;
}

/** A load run to make. */
export interface LoadRun extends Means, Server {
  readonly id: string;
  readonly profile: { readonly id: string; readonly title: string };
  readonly stages: readonly StageShape[];
  readonly gates: readonly Gate[];
  readonly command: string;
  readonly harness: string;
  /** Where calibrations are kept. */
  readonly cache: string;
  /** True where the caller chose the sizes: then no stage is left out for being too large. */
  readonly forced: boolean;
  /** False for tests: no floor and no ceiling are measured. */
  readonly calibrate: boolean;
  /** How often each stage is performed. */
  readonly repeat: number;
  /** Another server, measured in turn with the target. */
  readonly against?: Server;
  /** Puts another server in the place of the target between two repeats; absent: it stays the same one. */
  readonly fresh?: () => Promise<Server>;
  /** A stored run. */
  readonly compareWith?: LoadResult;
  readonly listener: LoadListener;
  /** Where the run is written as it goes on; none in tests. */
  readonly files?: RunFiles;
}

/** What a run tells while it goes on. */
export interface LoadListener {
  readonly phase: (what: string) => void;
  readonly stageStarted: (stage: StageShape) => void;
  /** `pids`: the processes of the stage, by name. */
  readonly progress: (
    stage: StageShape,
    recorder: StageRecorder,
    pids: Readonly<Record<string, number>>,
  ) => void;
  readonly stageEnded: (result: StageResult) => void;
}

/** Stages of which each has a floor of its own; where there are more, the largest stands for all. */
const mostFloors = 3;

/** One stage to perform, once. */
interface Performance {
  readonly side: 'own' | 'against';
  readonly stage: StageShape;
  /** Counted from 1. */
  readonly repeat: number;
  /** With the number of the repeat, where there are any. */
  readonly label: string;
}

interface Performed {
  readonly record: StageRecord;
  readonly monitors: StageResult['monitors'];
  readonly next: Performance;
}

/** Calibrates, performs the stages one after another, and judges. */
export async function runLoad(run: LoadRun): Promise<LoadResult> {
  const began = Date.now();
  let incomplete: string | undefined;
  const records: StageRecord[] = [];
  const judged: JudgedStage[] = [];
  let ceiling: Ceiling | null = null;
  let notOffered: LoadResult['notOffered'] = [];
  let nullTarget: NullTarget | undefined;
  try {
    const publishes = run.stages.some((stage) => publishesOf(stage) > 0);
    if (run.calibrate && publishes) nullTarget = await startNullTarget(run.contract, nullOptions(run.stages));
    if (nullTarget) ceiling = await ceilingFor(run, nullTarget);
    const offered = offeredOf(run.stages, run.forced ? null : ceiling);
    notOffered = offered.notOffered;
    run.files?.event(headerOf(run, began, offered, ceiling));
    const before = await floorsOf(run, offered.stages, nullTarget, 1000);
    const measured: Performed[] = [];
    let own: Server = run;
    let repeat = 1;
    for (const [index, next] of performancesOf(run, offered.stages).entries()) {
      if (run.signal.aborted) break;
      // What one repeat has left behind in a server would be measured by the next.
      if (next.repeat > repeat && run.fresh) own = await run.fresh();
      repeat = next.repeat;
      const server = next.side === 'against' && run.against ? run.against : own;
      const one = await performed(run, server, next, index, before.get(next.stage.name) ?? null);
      measured.push(one);
      if (one.record.unreachable !== undefined || one.record.broken.length > 0) break;
    }
    records.push(...measured.map(({ record }) => record));
    const isSound =
      !run.signal.aborted &&
      records.every(({ unreachable, broken }) => unreachable === undefined && broken.length === 0);
    const after = isSound
      ? await floorsOf(run, offered.stages, nullTarget, 2000)
      : new Map<string, Quantiles>();
    for (const { record, monitors, next } of measured) {
      const { name } = next.stage;
      const floor = { before: before.get(name) ?? null, after: after.get(name) ?? null };
      const result = { ...stageResultOf(record, { floor, monitors }), name: next.label };
      judged.push({ record, result, side: next.side });
    }
  } catch (cause) {
    incomplete = `the harness broke: ${(cause as Error).message}`;
  } finally {
    await nullTarget?.close();
  }
  if (run.signal.aborted) incomplete = 'the run was interrupted';
  incomplete ??= run.files?.problem;
  const result = resultOf(run, { began, records, judged, ceiling, notOffered, incomplete });
  if (run.files) tellEnd(run.files, result);
  return result;
}

/** Every stage of every repeat; where two targets are compared, they take turns in an order that is drawn. */
function performancesOf(run: LoadRun, stages: readonly StageShape[]): readonly Performance[] {
  const random = seededRandom(run.seed, 'order');
  const performances: Performance[] = [];
  for (let repeat = 1; repeat <= run.repeat; repeat++) {
    const sides: Performance['side'][] = run.against ? ['own', 'against'] : ['own'];
    if (random() < 0.5) sides.reverse();
    for (const stage of stages) {
      const label = run.repeat > 1 ? `${stage.name} #${repeat}` : stage.name;
      performances.push(...sides.map((side) => ({ side, stage, repeat, label })));
    }
  }
  return performances;
}

async function performed(
  run: LoadRun,
  { target, serverPid }: Server,
  next: Performance,
  number: number,
  before: Quantiles | null,
): Promise<Performed> {
  const { stage, label, side } = next;
  const isOwn = side === 'own';
  run.listener.stageStarted(stage);
  const startedAt = new Date().toISOString();
  if (isOwn) run.files?.event({ event: 'stage-started', stage: label, shape: stage, startedAt });
  const live = new LiveWindows();
  const { record, monitors } = await measure(run, {
    target,
    stage,
    number,
    stamped: false,
    ...(serverPid === undefined ? {} : { serverPid }),
    onProgress: (recorder, pids) => {
      run.listener.progress(stage, recorder, pids);
      if (!isOwn) return;
      for (const window of live.take(recorder, now())) run.files?.event({ ...window, stage: label });
    },
    onPublishes: (rows) => run.files?.publishes(isOwn ? label : `${label} (against)`, rows),
  });
  const interim = stageResultOf(record, { floor: { before, after: null }, monitors });
  run.listener.stageEnded(interim);
  if (isOwn) run.files?.event({ event: 'stage-ended', stage: { ...interim, name: label } });
  return { record, monitors, next };
}

/** The comparison that was asked for, if any. */
function comparedBy(
  run: LoadRun,
  judged: readonly JudgedStage[],
  stages: readonly StageResult[],
): Comparison | null {
  const random = seededRandom(run.seed, 'bootstrap');
  if (run.against) {
    const theirs = judged.flatMap(({ result, side }) => (side === 'against' ? [result] : []));
    return comparisonOf(run.against.target.name, runsOf(stages), runsOf(theirs), random);
  }
  if (!run.compareWith) return null;
  const { id } = run.compareWith;
  const own = { stages, environment: environmentOf(run.driver, run.harness) };
  const why = whyNotComparable(own, run.compareWith);
  if (why !== undefined) {
    return { against: id, repeats: run.repeat, outcome: 'not comparable', reason: why, ratios: [] };
  }
  return comparisonOf(id, runsOf(stages), runsOf(run.compareWith.stages), random);
}

/** All that is judged comes last in the stream, and the footer last of all. */
export function tellEnd(files: RunFiles, result: LoadResult): void {
  for (const event of eventsOf(result)) {
    const isLate = ['finding', 'trust', 'gate', 'verdict', 'footer'].includes(event.event);
    if (isLate) files.event(event);
  }
}

function headerOf(
  run: LoadRun,
  began: number,
  offered: ReturnType<typeof offeredOf>,
  ceiling: Ceiling | null,
): LoadEvent {
  return {
    event: 'header',
    ...identityOf(run, began),
    stages: performancesOf(run, offered.stages)
      .filter(({ side }) => side === 'own')
      .map(({ label }) => label),
    notOffered: offered.notOffered,
    ceiling,
    environment: environmentOf(run.driver, run.harness),
  };
}

/** What is known of a run before anything is measured. */
export function identityOf(run: LoadRun, began: number) {
  const { target } = run;
  return {
    format: 'plumbline-load/1',
    tool: { name: 'plumbline', version: run.harness },
    id: run.id,
    profile: { id: run.profile.id, title: run.profile.title },
    command: run.command,
    seed: run.seed,
    target: {
      name: target.name,
      surface: target.surface,
      dialect: dialectOf(run.contract, target),
      at: target.at,
    },
    driver: run.driver.name,
    startedAt: new Date(began).toISOString(),
  } as const;
}

interface Outcome {
  readonly began: number;
  readonly records: readonly StageRecord[];
  readonly judged: readonly JudgedStage[];
  readonly ceiling: Ceiling | null;
  readonly notOffered: LoadResult['notOffered'];
  readonly incomplete: string | undefined;
}

interface JudgedStage {
  readonly record: StageRecord;
  readonly result: StageResult;
  readonly side: Performance['side'];
}

function resultOf(run: LoadRun, outcome: Outcome): LoadResult {
  const { records, judged, ceiling } = outcome;
  const trust: TrustCheck[] = [];
  const findings: LoadFinding[] = [];
  const gates: GateResult[] = [];
  for (const { record, result, side } of judged) {
    const own = trustOf(record, result, ceiling);
    trust.push(...own);
    // The other side is measured for its figures alone; gates are for the target.
    if (side === 'against') continue;
    findings.push(...findingsOf(record, result));
    const broken = own.find(({ ok }) => !ok);
    for (const gate of run.gates) gates.push(heldAgainst(gate, result, broken?.title));
  }
  if (judged.length === 0 && outcome.notOffered.length > 0) trust.push(nothingOffered(ceiling));
  const stages = judged.flatMap(({ result, side }) => (side === 'own' ? [result] : []));
  const comparison = comparedBy(run, judged, stages);
  const verdict = verdictOf({
    records,
    findings,
    trust,
    gates,
    ...(outcome.incomplete === undefined ? {} : { incomplete: outcome.incomplete }),
    ...(comparison?.outcome === 'regression' ? { regression: comparison.reason } : {}),
  });
  return {
    ...identityOf(run, outcome.began),
    durationMs: Date.now() - outcome.began,
    ...verdict,
    findings,
    trust,
    gates,
    stages,
    notOffered: outcome.notOffered,
    ceiling,
    comparison,
    environment: environmentOf(run.driver, run.harness),
    complete: outcome.incomplete === undefined,
  };
}

async function ceilingFor(run: LoadRun, nullTarget: NullTarget): Promise<Ceiling> {
  run.listener.phase('ceiling: how much this machine generates and still tells the truth');
  const largest = largestOf(run.stages);
  return ceilingOf(
    run,
    nullTarget.target(run.target.surface),
    largest,
    { folder: run.cache, fingerprint: environmentOf(run.driver, run.harness).fingerprint },
    3000,
    neededFor(largest),
  );
}

/** As many spaces as any stage watches. */
export function nullOptions(stages: readonly StageShape[]): { readonly tenants?: number } {
  const spaces = Math.max(0, ...stages.map(({ space, channels }) => (space ? channels : 0)));
  return spaces > 0 ? { tenants: spaces } : {};
}

async function floorsOf(
  run: LoadRun,
  stages: readonly StageShape[],
  nullTarget: NullTarget | undefined,
  numberFrom: number,
): Promise<ReadonlyMap<string, Quantiles>> {
  const floors = new Map<string, Quantiles>();
  const published = stages.filter((stage) => publishesOf(stage) > 0);
  if (!nullTarget || published.length === 0) return floors;
  run.listener.phase('floor: what the generator itself adds');
  const chosen = published.length <= mostFloors ? published : [largestOf(published)];
  for (const [index, stage] of chosen.entries()) {
    if (run.signal.aborted) break;
    const floor = await measureFloor(run, nullTarget.target(run.target.surface), stage, numberFrom + index);
    if (!floor) continue;
    if (chosen.length === published.length) floors.set(stage.name, floor);
    else for (const each of published) floors.set(each.name, floor);
  }
  return floors;
}
