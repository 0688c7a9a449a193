import type { Fingerprint } from '../../suite/fingerprint.ts';

/** What an entry is known by; there is one for each. */
export interface EntryKey {
  readonly target: string;
  readonly case: string;
  readonly requirement: string;
  readonly rule: string;
}

/** One form of a failure: where, and what kind of value was there. */
export type Form = Omit<Fingerprint, 'rule'>;

/** One known failure (`specs/formats/baseline.schema.json`). */
export interface BaselineEntry extends EntryKey {
  readonly fingerprint: readonly Form[];
  readonly reason: string;
  readonly issue?: string;
  /** The last day (UTC) on which it is excused: `2027-01-31`. */
  readonly expires?: string;
}

/** An entry, and its place in the file. */
export interface PlacedEntry extends BaselineEntry {
  readonly at: string;
}

/** What `--update-baseline` writes where a person has to say why. */
export const noReasonYet = 'to be filled in: why is this failure known, and who mends it?';

/** One text for one key, to look entries up by. */
export function entryKey({ target, case: id, requirement, rule }: EntryKey): string {
  return JSON.stringify([target, id, requirement, rule]);
}

/** One text for one form, to compare forms by. */
export function formKey({ pointer, shape }: Form): string {
  return JSON.stringify([pointer ?? null, shape]);
}

/** A form as messages name it. */
export function formText({ pointer, shape }: Form): string {
  return pointer === undefined ? shape : `${shape} at ${pointer || 'the root'}`;
}
