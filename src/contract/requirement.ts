/** How binding a requirement is. INFO is an observation: it never has an outcome. */
export type Level = 'MUST' | 'SHOULD' | 'MAY' | 'INFO';

/** What a requirement rests on in its document. */
export type Basis = 'sentence' | 'sample' | 'inferred';

/** Which party the requirement binds. */
export type Side = 'server' | 'client' | 'auth' | 'rest' | 'hook' | 'document';

/** What a target must be for a requirement to apply to it; an absent field applies to all. */
export interface Applies {
  readonly role?: 'application' | 'relay';
  readonly scheme?: 'secure';
  readonly dialects?: readonly string[];
  readonly offers?: readonly string[];
}

/** One testable sentence of a document, in our own words. A row of `specs/<surface>/requirements.yaml`. */
export interface Requirement {
  readonly id: string;
  readonly surface: SurfaceName;
  readonly level: Level;
  readonly basis: Basis;
  readonly side: Side;
  readonly text: string;
  /** Document and section it stands in; `at` is `file:line` of our row. */
  readonly source: {
    readonly document: string;
    readonly title: string;
    readonly section: string;
    readonly at: string;
  };
  readonly applies: Applies;
  /** Requirements that a violation of one of these is a violation of, too: E6 includes E10 to E13. */
  readonly includes: readonly string[];
  /** Every member of the group that says the same thing at the same level, this one among them. */
  readonly group: readonly string[];
  readonly openPoint?: string;
  readonly notTested?: string;
}

/** The three event surfaces. */
export type SurfaceName = 'emit' | 'pusher' | 'beam';

export const surfaceNames = ['pusher', 'beam', 'emit'] as const satisfies readonly SurfaceName[];
