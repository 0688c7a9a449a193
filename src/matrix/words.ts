import type { Cell, CellOutcome, Column } from './build-matrix.ts';

/** One sign for each outcome; a matrix must be read without its colours. */
export const signs: Readonly<Record<CellOutcome, string>> = {
  failed: '✗',
  known: '✗ known',
  error: '!',
  untestable: '?',
  ambiguous: '~',
  excluded: '○',
  'not-run': '·',
  'not-applicable': '–',
  passed: '✓',
};

/** What each sign means. */
export const meanings: Readonly<Record<CellOutcome, string>> = {
  passed: 'every check of it passed',
  failed: 'a check failed',
  known: 'every failure is one that the baseline knows, with its reason',
  error: 'the harness or its surroundings broke',
  untestable: 'it cannot be tested on this target',
  ambiguous: 'the documents leave it open; one reading was seen throughout',
  excluded: 'untestable, and the target file says why',
  'not-run': 'left out by the caller',
  'not-applicable': 'it does not speak of this target',
};

/** `✓ 12`, `✗ 2 of 14`: the sign, and of how many checks. */
export function cellText(cell: Cell | undefined): string {
  if (!cell) return '';
  const { outcome, counts } = cell;
  if (outcome === 'not-applicable') return signs[outcome];
  const asked = Object.entries(counts).reduce(
    (sum, [name, count]) => (name === 'not-applicable' ? sum : sum + count),
    0,
  );
  const own = counts[outcome] ?? 0;
  return own === asked ? `${signs[outcome]} ${own}` : `${signs[outcome]} ${own} of ${asked}`;
}

/** The dialect by which a target was judged, and whether as a relay. */
export function dialectText({ dialect, isRelay }: Column): string {
  return isRelay ? `${dialect}, a relay` : dialect;
}

/** What a target came to, in words: `conformant · exit 0`. */
export function verdictText({ verdict, exit, knownOnly, isPartial }: Column): string {
  const more = [...(knownOnly ? ['known only'] : []), ...(isPartial ? ['partial'] : [])];
  return `${verdict}${more.length > 0 ? ` (${more.join(', ')})` : ''} · exit ${exit}`;
}
