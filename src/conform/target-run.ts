import { Recorder } from '../suite/recorder.ts';
import type { Recording } from '../suite/recording.ts';
import type { AnyScene } from '../suite/scene.ts';
import { Misses } from '../suite/scene.ts';
import { Intake } from '../wire/intake.ts';
import type { CheckResult, ResolvedPoint } from './check-result.ts';
import { drain, drainMs } from './drain.ts';
import { judgeScene, judgeTarget } from './judge.ts';
import { Leases } from './leases.ts';
import { perform, stageFor, type TargetRun } from './perform.ts';
import type { TargetPlan } from './plan.ts';
import type { Pool } from './pool.ts';
import { turns } from './turns.ts';

/** What a run needs to know to work through the plan of one target. */
export interface TargetRunOptions {
  readonly pool: Pool;
  readonly origin: number;
  readonly seed: number;
  readonly multiplier: number;
  readonly slow: boolean;
  readonly waitMs: number;
  readonly signal: AbortSignal;
  readonly onScene: (what: 'started' | 'ended', scene: AnyScene, ending: string) => void;
  /** A failure that is final already, though the run goes on. */
  readonly onFinding: (result: CheckResult) => void;
}

export interface TargetOutcome {
  readonly results: readonly CheckResult[];
  readonly points: readonly ResolvedPoint[];
  readonly recordings: ReadonlyMap<string, Recording>;
  /** Cell of the rules → how often the target went through it. */
  readonly seen: ReadonlyMap<string, number>;
  readonly unreachable?: string;
}

/** Preflight, scenes in parallel, drain, then hostile scenes one at a time, then optional ones, then judgement. */
export async function runTarget(plan: TargetPlan, options: TargetRunOptions): Promise<TargetOutcome> {
  const run: TargetRun = {
    target: plan.target,
    surface: plan.suite.surface,
    leases: new Leases(),
    misses: new Misses(),
    shared: new Map(),
    turn: turns(plan.target.limits.requestsPerSecond),
    intake: new Intake(),
    origin: options.origin,
    seed: options.seed,
    multiplier: options.multiplier,
    slow: options.slow,
    signal: options.signal,
  };
  const recordings = new Map<string, Recording>();
  const life: Life = { dead: undefined };
  const judge = (unreachable?: string): TargetOutcome => ({
    ...judgeTarget(plan, recordings, {
      interrupted: options.signal.aborted,
      ...(life.dead === undefined ? {} : { died: life.dead }),
      ...(unreachable === undefined ? {} : { unreachable }),
    }),
    recordings,
    ...(unreachable === undefined ? {} : { unreachable }),
  });
  try {
    // Nothing to perform says nothing of the target; but one that is not even there must not pass for untestable.
    if (plan.scenes.length === 0 && !plan.checks.some(isOpen)) return judge();
    const unreachable = await preflight(run, options.waitMs);
    if (unreachable !== undefined) return judge(unreachable);
    await together('ordinary', plan, run, options, recordings, life);
    await alive(run, recordings, life);
    await hostile(plan, run, options, recordings, life);
    if (plan.unclaimed) {
      const claiming = { ...run, target: plan.unclaimed.target };
      // Whoever dies of what it does not claim has stood all that it is judged for.
      await together('optional', plan, claiming, options, recordings, { ...life });
    }
    return judge();
  } finally {
    await run.surface.close(run.shared);
  }
}

/** Whether a check would have said something, had the target file what it takes. */
function isOpen({ settled }: TargetPlan['checks'][number]): boolean {
  return settled === undefined || settled.outcome === 'untestable';
}

async function preflight(run: TargetRun, waitMs: number): Promise<string | undefined> {
  const until = performance.now() + waitMs;
  // A silent target may have a minute to answer in, but Ctrl-C is not to wait for that.
  const stopped = new Promise<'stopped'>((resolve) => {
    if (run.signal.aborted) resolve('stopped');
    run.signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  for (;;) {
    const recorder = new Recorder('preflight', run.target.name, run.origin, run.intake);
    const stage = stageFor('preflight', recorder, run);
    const patient = { ...stage, answerMs: stage.answerMs + run.target.warmupMs };
    const found = await Promise.race([run.surface.preflight(patient), stopped]);
    if (found === 'stopped') return undefined;
    await drain([recorder], 0);
    if (found.kind === 'there') return undefined;
    if (performance.now() >= until || run.signal.aborted) return found.reason;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Set once the target is no longer there, to why. */
interface Life {
  dead: string | undefined;
}

async function together(
  phase: 'ordinary' | 'optional',
  plan: TargetPlan,
  run: TargetRun,
  options: TargetRunOptions,
  recordings: Map<string, Recording>,
  life: Life,
): Promise<void> {
  const scenes = plan.scenes.filter((scene) => scene.phase === phase);
  const open: { readonly recorder: Recorder; readonly connections: number }[] = [];
  let connections = 0;
  const limit = plan.target.limits.connections ?? Number.POSITIVE_INFINITY;
  const done: Recorder[] = [];
  let gate: Promise<void> = Promise.resolve();
  /** Makes room under `limits.connections`: the oldest finished scene is drained early. */
  const makeRoom = async (wanted: number): Promise<void> => {
    const turn = gate.then(async () => {
      while (connections + wanted > limit) {
        const oldest = open.shift();
        if (oldest) {
          await drain([oldest.recorder], 0);
          oldest.recorder.transcript.record({
            kind: 'timer',
            peer: 'harness',
            what: 'drained early: limits.connections',
            ms: 0,
          });
          connections -= oldest.connections;
        } else if (!options.signal.aborted) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        } else break;
      }
      connections += wanted;
    });
    gate = turn;
    await turn;
  };
  await Promise.all(
    scenes.map((scene) =>
      options.pool.run(async () => {
        if (options.signal.aborted) return;
        await makeRoom(scene.cost.connections);
        const recorder = await performed(plan, scene, run, options, recordings, life);
        open.push({ recorder, connections: scene.cost.connections });
        done.push(recorder);
      }),
    ),
  );
  const ms = options.signal.aborted ? 500 : drainMs(recordings.values(), options.multiplier);
  await drain(done, ms);
}

/** Before anybody is blamed for what comes: is the target still there, after all that has been asked of it? */
async function alive(run: TargetRun, recordings: ReadonlyMap<string, Recording>, life: Life): Promise<void> {
  if (life.dead !== undefined || recordings.size === 0) return;
  const gone = await preflight(run, 0);
  if (gone !== undefined) life.dead = `the target died while its connections were watched: ${gone}`;
}

async function hostile(
  plan: TargetPlan,
  run: TargetRun,
  options: TargetRunOptions,
  recordings: Map<string, Recording>,
  life: Life,
): Promise<void> {
  for (const scene of plan.scenes.filter((one) => one.phase === 'hostile')) {
    if (options.signal.aborted) return;
    await drain([await performed(plan, scene, run, options, recordings, life)], 0);
  }
}

/** A scene that could not be performed, since the target is dead. */
function buried(
  scene: AnyScene,
  run: TargetRun,
  reason: string,
  recordings: Map<string, Recording>,
): Recorder {
  const recorder = new Recorder(scene.id, run.target.name, run.origin);
  recorder.recording.ending = { kind: 'threw', reason };
  recordings.set(scene.id, recorder.recording);
  return recorder;
}

async function performed(
  plan: TargetPlan,
  scene: AnyScene,
  run: TargetRun,
  options: TargetRunOptions,
  recordings: Map<string, Recording>,
  life: Life,
): Promise<Recorder> {
  if (life.dead !== undefined) return buried(scene, run, life.dead, recordings);
  options.onScene('started', scene, '');
  const recorder = await perform(scene, run);
  const { recording } = recorder;
  recordings.set(scene.id, recording);
  const alone = scene.phase === 'hostile';
  if (alone) await drain([recorder], 0);
  if (recording.ending.kind !== 'interrupted' && (alone || mayHaveSeenTheEnd(recording))) {
    const gone = await preflight(run, 0);
    if (gone !== undefined) {
      life.dead = `the target died during ${scene.id}: ${gone}`;
      recording.ending = { kind: 'died', alone, reason: life.dead };
    }
  }
  const { ending } = recording;
  options.onScene('ended', scene, ending.kind);
  if (ending.kind !== 'interrupted') {
    for (const result of judgeScene(plan, recording)) {
      if (result.outcome === 'failed') options.onFinding(result);
    }
  }
  return recorder;
}

/** Something that is a fault of the target's if it is still there, and none if it is not. */
function mayHaveSeenTheEnd({ events }: Recording): boolean {
  return events.some(
    (event) =>
      event.kind === 'unreachable' ||
      (event.kind === 'exchange' && event.status === 0) ||
      (event.kind === 'closed' && event.by === 'them' && event.code === 1006),
  );
}
