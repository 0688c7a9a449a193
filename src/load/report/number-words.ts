/** Numbers as a person reads them. @module */

/** Between the thousands of a number, and before a unit: no line is broken there. */
const space = '\u00a0';

/** `0.28 ms`, `18.4 ms`, `403 ms`, `2.10 s`; `never` for what is longer than can be measured; `–` for nothing. */
export function msText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return '–';
  if (ms === Number.POSITIVE_INFINITY) return 'never';
  const size = Math.abs(ms);
  if (size >= 10_000) return `${(ms / 1000).toFixed(1)}${space}s`;
  return `${ms.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0)}${space}ms`;
}

/** `550 000` */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, space);
}

/** `19.98`, `9 990` */
export function rateText(perSecond: number): string {
  if (perSecond >= 1000) return countText(perSecond);
  return String(Number(perSecond.toFixed(perSecond < 100 ? 2 : 1)));
}

/** What share of a whole is not missing. It is 100 % only where nothing is; undefined where nothing was to come. */
export function shareText(whole: number, missing: number): string | undefined {
  if (whole <= 0) return undefined;
  if (missing <= 0) return `100${space}%`;
  // Cut, not rounded: 99.9996 % is not all.
  const percent = Math.floor(((whole - missing) / whole) * 100_000) / 1000;
  return `${percent}${space}%`;
}

/** A value with its unit; milliseconds, bytes and counts in a size that a person reads. */
export function valueText(value: number | null, unit: string): string {
  if (value === null || Number.isNaN(value)) return '–';
  if (unit === 'ms') return msText(value);
  if (unit === 'B' || unit === 'bytes') return bytesText(value);
  if (!Number.isFinite(value)) return 'never';
  const text = Number.isInteger(value) ? countText(value) : String(Number(value.toPrecision(5)));
  return unit === '' ? text : `${text}${space}${unit}`;
}

/** `90.2 MB`, in powers of 1000. */
export function bytesText(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return '–';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [size, at] = [bytes, 0];
  while (Math.abs(size) >= 1000 && at < units.length - 1) [size, at] = [size / 1000, at + 1];
  return `${at === 0 ? countText(size) : size.toFixed(1)}${space}${units[at] ?? ''}`;
}
