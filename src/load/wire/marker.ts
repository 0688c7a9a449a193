/**
 * How a publish is known again wherever it arrives: a UUIDv4 that is made of the run, the channel and a number,
 * so that it may stand wherever the documents want a job id, and is found in a text without parsing it.
 *
 * ```
 * rrrrrrrr-cccc-4b1e-8a7b-nnnnnnnnnnnn    run (32 bits), channel (16 bits), number (48 bits)
 * ```
 * This file runs in Node and in k6.
 * @module
 */

/** What a marker says. */
export interface Mark {
  readonly run: number;
  readonly channel: number;
  readonly number: number;
}

/** The part that all markers share, and no other UUID in 2^24. */
const middle = '-4b1e-8a7b-';
const markLength = 36;

/** Channels are numbered from 0 to this, exclusively. */
export const mostChannels = 0x10000;

/**
 * The number of what is sent before anything counts, to find out who is there: a subscriber of a space's stream
 * is ready when it has seen it, and one of a realtime endpoint when it has been answered.
 */
export const readyNumber = 0xffff_ffff;

export function markerOf({ run, channel, number }: Mark): string {
  return `${hex(run, 8)}-${hex(channel, 4)}${middle}${hex(number, 12)}`;
}

/**
 * Reads markers out of texts. One reader is made per process and its fields are overwritten by each `find`,
 * since this is done for every message that arrives. They are for reading.
 */
export class MarkerReader {
  run = 0;
  channel = 0;
  number = 0;

  #mark = '';

  /** The position of the first marker in a text, or -1; what it says stands in the fields. */
  find(text: string): number {
    const at = text.indexOf(middle) - 13;
    if (at < 0) return -1;
    // One job's messages bear the same marker: it is read once for all of them.
    const mark = text.slice(at, at + markLength);
    if (mark === this.#mark) return at;
    const run = Number.parseInt(mark.slice(0, 8), 16);
    const channel = Number.parseInt(mark.slice(9, 13), 16);
    const number = Number.parseInt(mark.slice(13 + middle.length), 16);
    if (!(run >= 0 && channel >= 0 && number >= 0)) return -1;
    this.run = run;
    this.channel = channel;
    this.number = number;
    this.#mark = mark;
    return at;
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
