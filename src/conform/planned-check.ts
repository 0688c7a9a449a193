import type { Level, SurfaceName } from '../contract/requirement.ts';
import type { OpenPoint } from '../contract/rules.ts';
import type { Case, Judge } from '../suite/case.ts';
import type { Outcome } from '../suite/judgement.ts';
import type { Monitor } from '../suite/monitor.ts';

/** How a check is judged: from one scene's recording, from every event, or from all readings. */
export type How =
  | { readonly kind: 'case'; readonly case: Case; readonly judge: Judge }
  | { readonly kind: 'monitor'; readonly monitor: Monitor; readonly declared: string }
  | { readonly kind: 'open-point'; readonly point: OpenPoint };

/** One check of the plan: the unit of judgement. */
export interface PlannedCheck {
  readonly target: string;
  readonly case: string;
  readonly title: string;
  readonly surface: SurfaceName;
  /** Scene it is judged from; null: every scene. */
  readonly scene: string | null;
  /** The id that the group bears on this target. */
  readonly requirement: string;
  /** Every member of its group: whatever names one of them, names this check. */
  readonly group: readonly string[];
  readonly level: Level;
  readonly text: string;
  readonly source: string;
  readonly at: string;
  readonly how: How;
  /** Of a feature that the target does not claim: judged from scenes of the phase `optional`, and from no others. */
  readonly optional?: boolean;
  /** What it comes to without being run, and why. */
  readonly settled?: { readonly outcome: Outcome; readonly reason: string };
}
