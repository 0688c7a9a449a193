/**
 * A log-linear histogram of latencies in microseconds, from 1 µs to 67 s, whose buckets are at most 1/512 of
 * their value wide; mergeable by adding. Longer values count as overflow, shorter ones as 0. This file runs in
 * Node and in k6.
 * @module
 */

/** Values below this have a bucket of their own; above, each octave has half as many. */
const linear = 1024;
const half = linear / 2;
const octaves = 16;

/** How many buckets there are. */
export const bucketCount = linear + octaves * half;

/** The bucket of a value in microseconds; -1: too long for any. */
export function bucketOf(micros: number): number {
  if (!(micros > 0)) return 0;
  if (micros > 0x7fffffff) return -1;
  // Asked for each message: what needs no call is cheaper, above all in k6.
  const value = micros | 0;
  if (value < linear) return value;
  // 22 is the number of leading zeros of 1023, the last value of the linear part.
  const shift = 22 - Math.clz32(value);
  if (shift > octaves) return -1;
  return linear + (shift - 1) * half + ((value >>> shift) - half);
}

/** The middle of a bucket, in microseconds. */
export function microsOf(bucket: number): number {
  if (bucket < linear) return bucket;
  const shift = Math.floor((bucket - linear) / half) + 1;
  const low = (((bucket - linear) % half) + half) * 2 ** shift;
  return low + 2 ** shift / 2;
}

/** Counts by bucket. */
export class Histogram {
  readonly counts = new Float64Array(bucketCount);
  total = 0;
  overflow = 0;
  /** Microseconds; -Infinity while there is none. */
  max = Number.NEGATIVE_INFINITY;

  /** Counts one value, in milliseconds. */
  add(ms: number): void {
    const micros = ms * 1000;
    if (micros > this.max) this.max = micros;
    this.total += 1;
    const bucket = bucketOf(micros);
    if (bucket < 0) this.overflow += 1;
    else this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
  }

  /** Adds what another one has counted. */
  merge(other: Histogram): void {
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      this.counts[bucket] = (this.counts[bucket] ?? 0) + (other.counts[bucket] ?? 0);
    }
    this.total += other.total;
    this.overflow += other.overflow;
    this.max = Math.max(this.max, other.max);
  }

  /** Counts what was exported elsewhere: pairs of bucket and count. */
  addPairs(pairs: readonly number[], overflow = 0): void {
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      const bucket = pairs[at] ?? 0;
      const count = pairs[at + 1] ?? 0;
      this.counts[bucket] = (this.counts[bucket] ?? 0) + count;
      this.total += count;
      if (count > 0) this.max = Math.max(this.max, microsOf(bucket));
    }
    this.overflow += overflow;
    this.total += overflow;
    if (overflow > 0) this.max = Number.POSITIVE_INFINITY;
  }

  /** Bucket and count of each bucket that has any, as pairs in one list. */
  pairs(): number[] {
    const pairs: number[] = [];
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      const count = this.counts[bucket] ?? 0;
      if (count > 0) pairs.push(bucket, count);
    }
    return pairs;
  }

  /** Milliseconds below which a share (0 to 1) of the values is; NaN where there is none, Infinity in the overflow. */
  quantile(share: number): number {
    if (this.total === 0) return Number.NaN;
    const wanted = Math.max(1, Math.ceil(share * this.total));
    let seen = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      seen += this.counts[bucket] ?? 0;
      if (seen >= wanted) return microsOf(bucket) / 1000;
    }
    return Number.POSITIVE_INFINITY;
  }

  clear(): void {
    this.counts.fill(0);
    this.total = 0;
    this.overflow = 0;
    this.max = Number.NEGATIVE_INFINITY;
  }
}
