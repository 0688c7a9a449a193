import type { Target } from '../../target/target.ts';
import { now } from '../clock.ts';
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
import type { RunFiles } from './run-files.ts';

/** A load run to make. */
export interface LoadRun extends Means {
  readonly id: string;
  readonly profile: { readonly id: string; readonly title: string };
  readonly stages: readonly StageShape[];
  readonly gates: readonly Gate[];
  readonly target: Target;
  readonly serverPid?: number;
  readonly command: string;
  readonly harness: string;
  /** Where calibrations are kept. */
  readonly cache: string;
  /** True where the caller chose the sizes: then no stage is left out for being too large. */
  readonly forced: boolean;
  /** False for tests: no floor and no ceiling are measured. */
  readonly calibrate: boolean;
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

/** So many times what a stage asks the generator must be able to carry. */
const largestShare = 2;
/** Stages of which each has a floor of its own; where there are more, the largest stands for all. */
const mostFloors = 3;

/** Calibrates, performs the stages one after another, and judges. */
export async function runLoad(run: LoadRun): Promise<LoadResult> {
  const began = Date.now();
  let incomplete: string | undefined;
  const records: StageRecord[] = [];
  const results: StageResult[] = [];
  let ceiling: Ceiling | null = null;
  let notOffered: { stage: string; reason: string }[] = [];
  let nullTarget: NullTarget | undefined;
  try {
    const publishes = run.stages.some((stage) => publishesOf(stage) > 0);
    if (run.calibrate && publishes) nullTarget = await startNullTarget(run.contract);
    if (nullTarget) ceiling = await ceilingFor(run, nullTarget);
    const offered = offeredOf(run, ceiling);
    notOffered = offered.notOffered;
    run.files?.event(headerOf(run, began, offered, ceiling));
    const before = await floorsOf(run, offered.stages, nullTarget, 1000);
    const measured: { record: StageRecord; monitors: StageResult['monitors']; stage: StageShape }[] = [];
    for (const [index, stage] of offered.stages.entries()) {
      if (run.signal.aborted) break;
      run.listener.stageStarted(stage);
      run.files?.event({
        event: 'stage-started',
        stage: stage.name,
        shape: stage,
        startedAt: new Date().toISOString(),
      });
      const live = new LiveWindows();
      const one = await measure(run, {
        target: run.target,
        stage,
        number: index,
        stamped: false,
        ...(run.serverPid === undefined ? {} : { serverPid: run.serverPid }),
        onProgress: (recorder, pids) => {
          run.listener.progress(stage, recorder, pids);
          for (const window of live.take(recorder, now())) run.files?.event(window);
        },
        onPublishes: (rows) => run.files?.publishes(stage.name, rows),
      });
      records.push(one.record);
      measured.push({ ...one, stage });
      const interim = stageResultOf(one.record, {
        floor: { before: before.get(stage.name) ?? null, after: null },
        monitors: one.monitors,
      });
      run.listener.stageEnded(interim);
      run.files?.event({ event: 'stage-ended', stage: interim });
      if (one.record.unreachable !== undefined || one.record.broken.length > 0) break;
    }
    const isSound =
      !run.signal.aborted &&
      records.every(({ unreachable, broken }) => unreachable === undefined && broken.length === 0);
    const after = isSound
      ? await floorsOf(run, offered.stages, nullTarget, 2000)
      : new Map<string, Quantiles>();
    for (const { record, monitors, stage } of measured) {
      const floor = { before: before.get(stage.name) ?? null, after: after.get(stage.name) ?? null };
      results.push(stageResultOf(record, { floor, monitors }));
    }
  } catch (cause) {
    incomplete = `the harness broke: ${(cause as Error).message}`;
  } finally {
    await nullTarget?.close();
  }
  if (run.signal.aborted) incomplete = 'the run was interrupted';
  incomplete ??= run.files?.problem;
  const result = resultOf(run, {
    began,
    records,
    results,
    ceiling,
    notOffered,
    incomplete,
    comparison: null,
  });
  if (run.files) tellEnd(run.files, result);
  return result;
}

/** All that is judged comes last in the stream, and the footer last of all. */
function tellEnd(files: RunFiles, result: LoadResult): void {
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
    stages: offered.stages.map(({ name }) => name),
    notOffered: offered.notOffered,
    ceiling,
    environment: environmentOf(run.driver, run.harness),
  };
}

/** What is known of a run before anything is measured. */
function identityOf(run: LoadRun, began: number) {
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
  readonly results: readonly StageResult[];
  readonly ceiling: Ceiling | null;
  readonly notOffered: LoadResult['notOffered'];
  readonly incomplete: string | undefined;
  readonly comparison: Comparison | null;
}

function resultOf(run: LoadRun, outcome: Outcome): LoadResult {
  const { records, results, ceiling } = outcome;
  const trust: TrustCheck[] = [];
  const findings: LoadFinding[] = [];
  const gates: GateResult[] = [];
  for (const [index, result] of results.entries()) {
    const record = records[index];
    if (!record) continue;
    const own = trustOf(record, result, ceiling);
    trust.push(...own);
    findings.push(...findingsOf(record, result));
    const broken = own.find(({ ok }) => !ok);
    for (const gate of run.gates) gates.push(heldAgainst(gate, result, broken?.title));
  }
  if (results.length === 0 && outcome.notOffered.length > 0) trust.push(nothingOffered(ceiling));
  const verdict = verdictOf({
    records,
    findings,
    trust,
    gates,
    ...(outcome.incomplete === undefined ? {} : { incomplete: outcome.incomplete }),
    ...(outcome.comparison?.outcome === 'regression' ? { regression: outcome.comparison.reason } : {}),
  });
  return {
    ...identityOf(run, outcome.began),
    durationMs: Date.now() - outcome.began,
    ...verdict,
    findings,
    trust,
    gates,
    stages: results,
    notOffered: outcome.notOffered,
    ceiling,
    comparison: outcome.comparison,
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
    largestShare * deliveriesOf(largest),
  );
}

/** No stage could be tried: that is a matter of this machine, and nothing of the target's. */
function nothingOffered(ceiling: Ceiling | null): TrustCheck {
  const last = ceiling?.trials.at(-1);
  return {
    id: 'ceiling',
    stage: 'calibration',
    title: 'deliveries per second that this generator carries',
    value: ceiling?.deliveriesPerSecond ?? 0,
    limit: null,
    unit: '/s',
    ok: false,
    advice: `no stage is within half of that${last?.reason ? ` (${last.reason})` : ''}: a quieter machine, fewer subscribers, or --driver node`,
  };
}

/** A stage above half of the ceiling is not tried, unless the caller asked for that very size. */
function offeredOf(
  run: LoadRun,
  ceiling: Ceiling | null,
): { readonly stages: readonly StageShape[]; readonly notOffered: { stage: string; reason: string }[] } {
  if (!ceiling || run.forced) return { stages: run.stages, notOffered: [] };
  const notOffered: { stage: string; reason: string }[] = [];
  const stages = run.stages.filter((stage) => {
    const deliveries = deliveriesOf(stage);
    if (deliveries <= ceiling.deliveriesPerSecond / largestShare) return true;
    notOffered.push({
      stage: stage.name,
      reason: `${Math.round(deliveries)} deliveries per second are more than half of the ${ceiling.deliveriesPerSecond} that this generator carries`,
    });
    return false;
  });
  return { stages, notOffered };
}

/** Deliveries per second at the highest pace. */
export function deliveriesOf({ pace, subscribers, channels }: StageShape): number {
  const rate = pace.reduce((most, one) => Math.max(most, one.rate), 0);
  return (rate * subscribers) / channels;
}

function largestOf(stages: readonly StageShape[]): StageShape {
  const [first, ...others] = stages;
  if (!first) throw new Error('a run without stages');
  return others.reduce((most, stage) => (deliveriesOf(stage) > deliveriesOf(most) ? stage : most), first);
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
