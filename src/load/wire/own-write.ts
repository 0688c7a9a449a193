/**
 * The null server stamps each frame with the moment at which it wrote it to that socket, so that what the
 * receiver adds can be told from what a server's serial write costs: `"w":"0000123456789012"`, microseconds
 * of `process.hrtime`, at the top level of the message. This file runs in Node and in k6.
 * @module
 */

/** What stands before the digits. */
export const stampPrefix = '"w":"';

/** Digits of a stamp: fixed, so that a frame that is made once can be stamped in place. */
export const stampDigits = 16;

/** The stamp of a frame in milliseconds of `process.hrtime`; NaN where it has none. */
export function ownWriteOf(text: string): number {
  const at = text.indexOf(stampPrefix);
  if (at < 0) return Number.NaN;
  const from = at + stampPrefix.length;
  return Number(text.slice(from, from + stampDigits)) / 1000;
}
