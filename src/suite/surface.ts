import type { Contract } from '../contract/contract.ts';
import type { SurfaceName } from '../contract/requirement.ts';
import type { Target } from '../target/target.ts';
import type { Frame } from '../wire/event.ts';
import type { Case } from './case.ts';
import type { Monitor } from './monitor.ts';
import type { Recording } from './recording.ts';
import type { RulesMap } from './rules-map.ts';
import type { AnyScene, Stage } from './scene.ts';

/** What the runner has to know of a surface; everything else it gets as data. */
export interface Surface {
  readonly name: SurfaceName;
  /** What a target lacks of a scene's needs: `verb:poll` → `no driver performs poll`. Empty: nothing. */
  readonly missing: (target: Target, needs: readonly string[]) => readonly string[];
  /** Whether a target offers what a requirement's `applies.offers` asks for. */
  readonly offers: (target: Target, word: string) => boolean;
  /** The verbs of a scene on a target. */
  readonly verbs: (stage: Stage) => unknown;
  /** How a scene's leftovers are ended after it (jobs acked, leases given back); never rejects. */
  readonly tidy: (stage: Stage, verbs: unknown) => Promise<void>;
  /**
   * Connections of a recording that have proven that the target behind them did what its scene asked for. `all`
   * are the recordings of the run: who is guessing may be lucky in one, and not in each.
   */
  readonly proven: (recording: Recording, all: readonly Recording[]) => ReadonlySet<string>;
  /** The job that a frame is about. */
  readonly jobOf: (recording: Recording, frame: Frame) => string | undefined;
  /** Contacts the target once, before anything runs: is it there at all? */
  readonly preflight: (stage: Stage) => Promise<Preflight>;
  /** Ends whatever the surface keeps in `shared`. */
  readonly close: (shared: Map<string, unknown>) => Promise<void>;
}

/** Whether a target answers: only the network's own failures are ours to report as an error. */
export type Preflight =
  | { readonly kind: 'there' }
  | { readonly kind: 'unreachable'; readonly reason: string };

/** A surface with its suite: what `suites/<surface>` hands to the runner. */
export interface Suite {
  readonly surface: Surface;
  readonly scenes: readonly AnyScene[];
  readonly cases: readonly Case[];
  readonly monitors: readonly Monitor[];
  /** Capabilities that a server may have or not: what `--optional` tries where they are not claimed. */
  readonly optional?: readonly string[];
  /** What of the rules a report draws, with what a run has made of it. */
  readonly map?: RulesMap;
  /** The scene that tells dialects apart; absent where there is but one. */
  readonly discovery?: string;
  /** That scene with its cases, where it is performed for nothing else. */
  readonly probe?: { readonly scene: AnyScene; readonly cases: readonly Case[] };
}

/** Makes a suite for one dialect of a contract; pure, so that `--list` needs no target. */
export type SuiteFactory = (contract: Contract, dialect: string) => Suite;
