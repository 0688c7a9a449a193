import { Recorder } from '../suite/recorder.ts';
import { type AnyScene, type Lease, type Misses, SceneStopped, type Stage } from '../suite/scene.ts';
import type { Surface } from '../suite/surface.ts';
import type { Target } from '../target/target.ts';
import type { Intake } from '../wire/intake.ts';
import type { Leases } from './leases.ts';
import { seededRandom } from './random.ts';

/** What all scenes of one target share during a run. */
export interface TargetRun {
  readonly target: Target;
  readonly surface: Surface;
  readonly leases: Leases;
  readonly misses: Misses;
  readonly shared: Map<string, unknown>;
  readonly turn: () => Promise<void>;
  /** How much of what the target sends is kept. */
  readonly intake: Intake;
  readonly origin: number;
  readonly seed: number;
  readonly multiplier: number;
  readonly slow: boolean;
  readonly signal: AbortSignal;
}

/** A scene may never hold the run up for longer than this many answers. */
const longestScene = 40;

/**
 * Performs one scene and gives back its recorder, connections still open. It never rejects: a scene
 * that breaks keeps what it has, and says so in its ending.
 */
export async function perform(scene: AnyScene, run: TargetRun): Promise<Recorder> {
  const recorder = new Recorder(scene.id, run.target.name, run.origin, run.intake);
  const holds = new Holds();
  const stage = stageFor(scene.id, recorder, run, holds);
  const verbs = run.surface.verbs(stage);
  let timer: NodeJS.Timeout | undefined;
  let interrupt: (() => void) | undefined;
  try {
    const limit = Math.min(120_000, stage.answerMs * longestScene);
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        // Waiting for others to give a space back is no fault of the scene's; what follows is measured anew.
        if (holds.waiting > 0) timer?.refresh();
        else reject(new SceneStopped(`the scene did not end within ${limit} ms`));
      }, limit);
      holds.onGranted = () => timer?.refresh();
    });
    const interrupted = new Promise<never>((_, reject) => {
      interrupt = () => reject(new Interrupted());
      if (run.signal.aborted) interrupt();
      run.signal.addEventListener('abort', interrupt, { once: true });
    });
    interrupted.catch(() => {});
    await Promise.race([scene.act(verbs as never), tooLong, interrupted]);
    recorder.recording.ending = { kind: 'done' };
  } catch (cause) {
    if (cause instanceof Interrupted) recorder.recording.ending = { kind: 'interrupted' };
    else if (cause instanceof SceneStopped)
      recorder.recording.ending = { kind: 'stopped', reason: cause.message };
    else recorder.recording.ending = { kind: 'threw', reason: (cause as Error).message };
  } finally {
    clearTimeout(timer);
    if (interrupt) run.signal.removeEventListener('abort', interrupt);
  }
  try {
    await run.surface.tidy(stage, verbs);
  } catch (cause) {
    recorder.transcript.record({
      kind: 'timer',
      peer: 'harness',
      what: `tidying up failed: ${(cause as Error).message}`,
      ms: 0,
    });
  }
  holds.giveBack();
  return recorder;
}

class Interrupted extends Error {}

/** What one scene holds, until it is over. */
class Holds {
  /** Leases that it waits for. */
  waiting = 0;
  onGranted: () => void = () => {};
  readonly #leases: Lease[] = [];
  #over = false;

  async take(leases: Leases, choose: Parameters<Leases['take']>[0]): Promise<Lease> {
    this.waiting += 1;
    try {
      const taken = await leases.take(choose);
      // Nobody may go on acting after the end: the space is somebody else's by then.
      if (this.#over) {
        taken.release();
        throw new SceneStopped('the scene is over');
      }
      const lease: Lease = { ...taken, retire: (name, reason) => leases.retire(name, reason) };
      this.#leases.push(lease);
      this.onGranted();
      return lease;
    } finally {
      this.waiting -= 1;
    }
  }

  giveBack(): void {
    this.#over = true;
    for (const lease of this.#leases) lease.release();
  }
}

/** The stage a scene acts on; also used for preflight, which is no scene. */
export function stageFor(id: string, recorder: Recorder, run: TargetRun, holds = new Holds()): Stage {
  return {
    target: run.target,
    recorder,
    answerMs: run.target.deadlines.answerMs * run.multiplier,
    connectMs: run.target.deadlines.connectMs * run.multiplier,
    random: seededRandom(run.seed, `${run.target.name} ${id}`),
    signal: run.signal,
    misses: run.misses,
    slow: run.slow,
    turn: run.turn,
    shared: run.shared,
    lease: (choose) => holds.take(run.leases, choose),
  };
}
