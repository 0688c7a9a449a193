import type { Outcome } from '../suite/judgement.ts';
import type { Recording } from '../suite/recording.ts';
import type { BaselineReport } from './baseline/baseline.ts';
import type { CheckResult, Repeated, ResolvedPoint } from './check-result.ts';
import type { Exercised } from './exercised.ts';
import type { VerdictOf } from './verdict.ts';

/** What reporters are told, in this order; it is also what NDJSON holds, a line each. */
export type RunEvent =
  | Header
  | { readonly event: 'scene-started'; readonly target: string; readonly scene: string; readonly at: number }
  | SceneEnded
  | { readonly event: 'finding'; readonly check: CheckResult }
  | CaseResult
  | VerdictEvent
  | Footer;

export interface Header {
  readonly event: 'header';
  readonly format: 'plumbline-result/1';
  readonly tool: { readonly name: 'plumbline'; readonly version: string; readonly contract: string };
  readonly startedAt: string;
  readonly seed: number;
  /** What to type to run it again; reporters add `--only`. */
  readonly command: string;
  readonly targets: readonly {
    readonly name: string;
    readonly surface: string;
    readonly dialect: string;
    readonly role?: string;
    readonly url: string;
    readonly at: string;
  }[];
  readonly scenes: number;
  readonly checks: number;
}

export interface SceneEnded {
  readonly event: 'scene-ended';
  readonly target: string;
  readonly scene: string;
  readonly at: number;
  readonly ending: string;
  /** Scenes done of all. */
  readonly done: number;
  readonly of: number;
}

/** A case, final: the worst of its gating checks, or of all where it has no gating one. */
export interface CaseResult {
  readonly event: 'case';
  readonly id: string;
  readonly target: string;
  readonly title: string;
  readonly surface: string;
  readonly scene: string | null;
  readonly outcome: Outcome;
  readonly level?: 'MUST' | 'SHOULD' | 'MAY';
  readonly checks: readonly {
    readonly requirement: string;
    readonly level: string;
    readonly text: string;
    readonly source: string;
    readonly at: string;
    readonly outcome: Outcome;
    readonly reason?: string;
    readonly known?: string;
    readonly flaky?: boolean;
    readonly repeated?: Repeated;
  }[];
  readonly findings: readonly {
    readonly requirement: string;
    readonly rule: string;
    readonly expected: string;
    readonly actual: string;
    readonly pointer?: string;
    readonly shape?: string;
    readonly scene?: string;
    readonly frame?: number;
  }[];
  readonly observations: readonly string[];
  /** The wire around the first finding, a line each. */
  readonly transcript: readonly string[];
}

export interface VerdictEvent extends VerdictOf {
  readonly event: 'verdict';
  readonly targets: readonly (VerdictOf & { readonly target: string })[];
  readonly openPoints: readonly ResolvedPoint[];
  /** What the run made of the rules that can be drawn; absent from results of earlier versions. */
  readonly exercised?: readonly Exercised[];
  readonly durationMs: number;
  /** Under `--baseline`: what became of its entries. */
  readonly baseline?: BaselineReport;
  /** Under `--repeat`: how many checks came out alike in every round. */
  readonly repeat?: { readonly rounds: number } & Readonly<Record<Repeated['result'], number>>;
}

/** Without it the stream is a partial run. */
export interface Footer {
  readonly event: 'footer';
  /** False where the run was interrupted. */
  readonly complete: boolean;
  readonly cases: number;
}

/**
 * Recordings, for reporters that show more of the wire than the stream holds; without secrets, like events. They are
 * there when the first case is told, and none is where a run had several rounds.
 */
export interface Recordings {
  readonly of: (target: string, scene: string) => Recording | undefined;
}

/** Something that turns run events into output. It knows no socket. */
export interface Reporter {
  readonly name: string;
  readonly on: (event: RunEvent, recordings: Recordings) => void | Promise<void>;
  /** After the last event; what it could not write, it throws. */
  readonly end?: () => void | Promise<void>;
}
