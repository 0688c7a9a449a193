import type { Ids } from './rules.ts';

/** Requirement id → the numbers (HTTP status, close code) that it allows. */
export type Numbers = Readonly<Record<string, readonly number[]>>;

/** What the documents say of a row: it is let in, it is turned away, or an open point alone speaks of it. */
export type Ruling =
  | { readonly admitted: Ids }
  | {
      readonly refused: Ids;
      /** HTTP status numbers, where the refusal has one. */
      readonly status?: Numbers;
      /** Close codes, where the refusal ends the connection. */
      readonly close?: Numbers;
      /** The row that differs only in that the one field is right. */
      readonly twin: string;
      readonly openPoint?: string;
    }
  | { readonly openPoint: string; readonly twin: string };

/** One row of a matrix: what is sent, in words and as data, and what must become of it. */
export type Row<Try> = Try & Ruling & { readonly says: string; readonly offers?: readonly string[] };

export type RowKind = 'admitted' | 'refused' | 'undecided';

/** Which kind of row it is: an undecided one has nothing but its open point. */
export function kindOf(row: Ruling): RowKind {
  if ('admitted' in row) return 'admitted';
  return 'refused' in row ? 'refused' : 'undecided';
}
