import { escaped } from './markup.ts';

/** Bytes of one frame, or of one sentence, that are shown at most. */
const mostOfOne = 4096;
/** What is left of it once the page is full. */
const leastOfOne = 160;

/** A text as it is shown, and how long it was where it was cut. */
export interface Shown {
  readonly text: string;
  /** Bytes of the whole, where this is not all of it. */
  readonly of?: number;
}

/** How much of what was said a page can hold, so that it stays one that a browser opens at once. */
export class Budget {
  #left: number;

  /** @param bytes of text, as it is escaped */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** True when texts are cut to a line, and scenes to what is nearest to a finding. */
  get isSpent(): boolean {
    return this.#left <= 0;
  }

  /** A text, cut where it is too long. */
  show(text: string): Shown {
    const most = this.isSpent ? leastOfOne : mostOfOne;
    const bytes = Buffer.byteLength(text);
    const shown = bytes <= most ? text : headOf(text, most);
    this.#left -= Buffer.byteLength(escaped(shown));
    return shown === text ? { text } : { text: shown, of: bytes };
  }
}

/** Half a character at the end would become a replacement character, which nobody has said. */
function headOf(text: string, bytes: number): string {
  return Buffer.from(text)
    .subarray(0, bytes)
    .toString('utf8')
    .replace(/\ufffd+$/, '');
}
