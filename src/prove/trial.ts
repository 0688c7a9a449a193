import type { Level, SurfaceName } from '../contract/requirement.ts';

/** Who is put through a suite: the reference server as it is, with one fault, or somebody who knows nothing. */
export type Subject =
  | { readonly kind: 'clean' }
  | { readonly kind: 'fault'; readonly id: string }
  | { readonly kind: 'impostor'; readonly id: string };

/**
 * One subject on one dialect of a surface, with a server of its own: what takes one down is felt by no other.
 * Plain data: it travels to a thread.
 */
export interface Trial {
  readonly subject: Subject;
  readonly surface: SurfaceName;
  readonly dialect: string;
  /** Over TLS: what some requirements are about. */
  readonly secure: boolean;
}

/** A check: what the kill matrix has a row for. */
export interface Cell {
  readonly dialect: string;
  readonly case: string;
  readonly requirement: string;
  readonly level: Level;
}

/** What a trial came to, without what nobody asks for afterwards. */
export interface TrialResult {
  readonly trial: Trial;
  readonly failed: readonly (Cell & { readonly found: string })[];
  /** Of the clean server and of impostors alone: what a fault leaves whole is of no interest. */
  readonly passed: readonly Cell[];
  readonly ambiguous: readonly Cell[];
  /** Checks that came to `error`: our own failure, which nobody is to take for a result. */
  readonly errors: readonly (Cell & { readonly reason: string })[];
  /** MUST checks that were untestable; kept for the clean server, which has to have none. */
  readonly untestable: readonly (Cell & { readonly reason: string })[];
}

/** What a trial is called in progress and reports. */
export function nameOf({ subject, dialect, surface, secure }: Trial): string {
  switch (subject.kind) {
    case 'clean':
      return `${surface} (${dialect})${secure ? ' over TLS' : ''}, without a fault`;
    case 'fault':
      return `${subject.id} (${dialect})`;
    case 'impostor':
      return `impostor/${subject.id} on ${surface} (${dialect})`;
  }
}
