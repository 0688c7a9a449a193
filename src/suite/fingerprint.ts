import type { Finding } from './judgement.ts';
import { ascii, shapeOfWords, stablePointer } from './shape.ts';

/** What is the same about the same failure in every run, whatever ids, times and values it comes with. */
export interface Fingerprint {
  readonly rule: string;
  /** Where in the message; absent where the failure is no part of a message. */
  readonly pointer?: string;
  /** The kind of value that was there. */
  readonly shape: string;
}

/** The fingerprint of a finding: by what it says of itself, else by its words without the values in them. */
export function fingerprintOf({ rule, pointer, shape, actual }: Finding): Fingerprint {
  return {
    rule: rule
      .split(' ')
      .map((word) => (word.startsWith('/') ? stablePointer(word) : ascii(word)))
      .join(' '),
    ...(pointer === undefined ? {} : { pointer: stablePointer(pointer) }),
    shape: shape ?? shapeOfWords(actual),
  };
}

/** One text for one fingerprint, to compare and to collect them by. */
export function fingerprintKey({ rule, pointer, shape }: Fingerprint): string {
  return JSON.stringify([rule, pointer ?? null, shape]);
}

/** The first findings, and besides them the first of each further kind: no kind is hidden behind another. */
export function telling<F extends Finding>(findings: readonly F[], most: number): F[] {
  const kinds = new Set<string>();
  return findings.filter((finding, at) => {
    const key = fingerprintKey(fingerprintOf(finding));
    const isNew = !kinds.has(key) && kinds.size < 5 * most;
    if (at < most || isNew) kinds.add(key);
    return at < most || isNew;
  });
}
