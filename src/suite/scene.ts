import type { SurfaceName } from '../contract/requirement.ts';
import type { Target } from '../target/target.ts';
import type { Recorder } from './recorder.ts';

/** What a scene will cost its target at most. */
export interface Cost {
  readonly jobs: number;
  readonly connections: number;
}

/**
 * `ordinary` scenes run in parallel; `hostile` ones send bad content, one at a time, after the drain; `optional` ones
 * try features that the target does not claim, after all others.
 */
export type Phase = 'ordinary' | 'hostile' | 'optional';

/** Something performed on a target and recorded. Scenes act; they judge nothing. */
export interface Scene<Verbs = never> {
  readonly id: string;
  readonly title: string;
  readonly surface: SurfaceName;
  readonly phase: Phase;
  /** Words that a target must offer (see the surface's `missing`): `space:own`, `verb:poll`, `token:read`. */
  readonly needs: readonly string[];
  readonly cost: Cost;
  /** Needs seconds of real time where the target has no `control`. */
  readonly slow?: boolean;
  /** Breaks the protocol beneath: only performed with `--destructive`. */
  readonly destructive?: boolean;
  readonly dialects?: readonly string[];
  readonly role?: 'application' | 'relay';
  readonly act: (verbs: Verbs) => Promise<void>;
}

/** A scene whatever its verbs: what the runner handles. */
// biome-ignore lint/suspicious/noExplicitAny: verbs differ by surface; the surface that made the scene gives them.
export type AnyScene = Scene<any>;

/** Declares a scene. */
export function scene<Verbs>(
  surface: SurfaceName,
  id: string,
  options: Omit<Scene<Verbs>, 'id' | 'surface' | 'act' | 'phase' | 'cost'> & {
    readonly phase?: Phase;
    readonly cost?: Partial<Cost>;
  },
  act: (verbs: Verbs) => Promise<void>,
): Scene<Verbs> {
  return {
    phase: 'ordinary',
    ...options,
    cost: { jobs: 1, connections: 2, ...options.cost },
    id,
    surface,
    act,
  };
}

/** The rest of a scene needs what a step did not bring. Caught by the runner; the steps so far stand. */
export class SceneStopped extends Error {
  override readonly name = 'SceneStopped';
}

/** What the runner gives a surface to perform a scene with. */
export interface Stage {
  readonly target: Target;
  readonly recorder: Recorder;
  /** Deadline in milliseconds, scaled: what a target may take for one answer. */
  readonly answerMs: number;
  readonly connectMs: number;
  /** A number in [0, 1) from the run's seed and this scene: what is drawn, is drawn again. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Misses of one precondition in the whole run, so that the fourth is not waited for. */
  readonly misses: Misses;
  /** Takes exclusive use of names that the surface calls `leasable`; waits until there are enough. */
  readonly lease: (
    choose: (free: (name: string) => boolean) => readonly string[] | undefined,
  ) => Promise<Lease>;
  readonly slow: boolean;
  /** Waits for its turn where the target limits requests per second. */
  readonly turn: () => Promise<void>;
  /** One object per target and run that a surface keeps its clients in. */
  readonly shared: Map<string, unknown>;
}

/** What a scene holds until it is tidied up. */
export interface Lease {
  readonly names: readonly string[];
  readonly release: () => void;
  /** Takes a name out of use for the rest of the run: something is left in it that nobody can end. */
  readonly retire: (name: string, reason: string) => void;
}

/** After three misses of one precondition, the rest that needs it shares the finding. */
export class Misses {
  readonly #counts = new Map<string, { count: number; reason: string }>();

  /** The reason, once a precondition has been missed three times. */
  known(precondition: string): string | undefined {
    const miss = this.#counts.get(precondition);
    return miss && miss.count >= 3 ? miss.reason : undefined;
  }

  add(precondition: string, reason: string): void {
    const miss = this.#counts.get(precondition);
    if (miss) miss.count += 1;
    else this.#counts.set(precondition, { count: 1, reason });
  }

  /** It worked after all: the count starts anew. */
  clear(precondition: string): void {
    this.#counts.delete(precondition);
  }
}
