import type { Applies, SurfaceName } from '../contract/requirement.ts';
import type { Target } from '../target/target.ts';
import type { Judgement } from './judgement.ts';
import type { View } from './view.ts';

/** Judges one check from a recording: pure, and it may throw StepMissing by reading what is not there. */
export type Judge = (view: View) => Judgement;

/** A case: what is asked of one scene's recording. It yields one check per requirement it names. */
export interface Case {
  readonly id: string;
  /** A sentence in the present tense: what a correct server does. */
  readonly title: string;
  readonly surface: SurfaceName;
  /** Id of the scene whose recording it reads. */
  readonly scene: string;
  /** Requirement id → how it is judged. */
  readonly checks: Readonly<Record<string, Judge>>;
  readonly applies?: Applies;
  /** More that must hold for the case to make sense on a target; a text says why it does not. */
  readonly when?: (target: Target) => true | string;
  /** Cells of the rules that this case covers, for the coverage: `scope/completed/stripped`. */
  readonly covers?: readonly string[];
}

/** Declares a case. The ids of `checks` are what it answers for. */
export function judge(
  scene: { readonly id: string; readonly surface: SurfaceName },
  id: string,
  title: string,
  checks: Readonly<Record<string, Judge>>,
  more: Pick<Case, 'applies' | 'when' | 'covers'> = {},
): Case {
  return { id, title, surface: scene.surface, scene: scene.id, checks, ...more };
}

/** Declares a case for each cell of a table of the rules. */
export function judgeEach<Cell>(
  scene: { readonly id: string; readonly surface: SurfaceName },
  cells: readonly Cell[],
  make: (cell: Cell) => {
    readonly id: string;
    readonly title: string;
    readonly checks: Readonly<Record<string, Judge>>;
  } & Pick<Case, 'applies' | 'when' | 'covers'>,
): Case[] {
  return cells.map((cell) => ({ surface: scene.surface, scene: scene.id, ...make(cell) }));
}

/** The same judge for several requirements. */
export function each(ids: readonly string[], judgeOne: Judge): Record<string, Judge> {
  return Object.fromEntries(ids.map((id) => [id, judgeOne]));
}
