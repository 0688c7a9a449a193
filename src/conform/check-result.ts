import type { Level, SurfaceName } from '../contract/requirement.ts';
import type { Finding, Outcome, Reading } from '../suite/judgement.ts';

/** What one check came to. */
export interface CheckResult {
  readonly target: string;
  readonly case: string;
  readonly title: string;
  readonly surface: SurfaceName;
  readonly scene: string | null;
  readonly requirement: string;
  readonly level: Level;
  readonly text: string;
  readonly source: string;
  readonly at: string;
  readonly outcome: Outcome;
  /** Why it is not simply passed or failed. */
  readonly reason?: string;
  readonly findings: readonly Finding[];
  readonly readings: readonly Reading[];
  readonly note?: string;
  /** A baseline excuses this failure, and why. */
  readonly known?: string;
  /** Under `--repeat`: the outcomes differed. */
  readonly flaky?: boolean;
  /** Under `--repeat`: what the rounds came to. */
  readonly repeated?: Repeated;
}

/** What several rounds say of one check: always the same, not always the same, or not enough to tell. */
export interface Repeated {
  /** `unsettled`: the rounds that judged it agree, but not every round did. */
  readonly result: 'consistent' | 'flaky' | 'unsettled';
  /** Outcome → in how many rounds. */
  readonly counts: Readonly<Partial<Record<Outcome, number>>>;
}

/** How a target answered one open point. */
export interface ResolvedPoint {
  readonly id: string;
  readonly target: string;
  readonly about: string;
  /** The readings that were seen; one, unless the server is of two minds. */
  readonly resolved: readonly string[];
  readonly pinned?: string;
  readonly sources: readonly string[];
}
