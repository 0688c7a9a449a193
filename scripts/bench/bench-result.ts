import type { Ratio } from './compare.ts';

/** What a ratio is meant to be. */
export type Aim = { readonly most: number } | { readonly least: number };

/** A share of the time, by function. */
export interface ProfileLine {
  readonly name: string;
  /** Of all samples, from 0 to 1. */
  readonly share: number;
}

/** One thing measured against another. */
export interface BenchResult {
  readonly id: string;
  /** What is divided by what. */
  readonly what: string;
  readonly ratio: Ratio;
  readonly aim?: Aim;
  /** Where the time of a missed aim goes. */
  readonly profile?: readonly ProfileLine[];
  /** What must be known to read the ratio: how much was measured, what it leaves out. */
  readonly notes?: readonly string[];
}

/** True where the median of the ratios is as it is meant to be; undefined where it is not meant to be anything. */
export function isMet({ ratio, aim }: Pick<BenchResult, 'ratio' | 'aim'>): boolean | undefined {
  if (!aim) return undefined;
  return 'most' in aim ? ratio.median <= aim.most : ratio.median >= aim.least;
}

/** One line for a ratio, and below it what explains it. */
export function inWords(result: BenchResult): string {
  const { id, what, ratio, aim, notes = [], profile = [] } = result;
  const met = isMet(result);
  const wanted = aim === undefined ? '' : 'most' in aim ? `at most ${aim.most}` : `at least ${aim.least}`;
  const verdict = met === undefined ? '' : `  ${wanted}: ${met ? 'met' : 'MISSED'}`;
  const spread = `${figure(ratio.low)}–${figure(ratio.high)} in ${ratio.repeats.length}`;
  const lines = [
    `${id.padEnd(24)} ${figure(ratio.median).padStart(7)} ×  (${spread})${verdict}`,
    `  ${what}`,
  ];
  for (const note of notes) lines.push(`  ${note}`);
  if (profile.length > 0) lines.push('  where the time goes:');
  for (const { name, share } of profile) lines.push(`    ${(100 * share).toFixed(1).padStart(5)} %  ${name}`);
  return lines.join('\n');
}

function figure(ratio: number): string {
  return ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2);
}
