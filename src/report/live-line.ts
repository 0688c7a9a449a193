import { stripVTControlCharacters } from 'node:util';
import type { ReportContext } from './context.ts';

const wipe = '\r\u001b[2K';

/** The last line of a terminal, written over as a run goes on; elsewhere it does not exist. */
export class LiveLine {
  readonly #context: ReportContext;
  #current = '';

  constructor(context: ReportContext) {
    this.#context = context;
  }

  /** Shows progress. */
  async show(text: string): Promise<void> {
    if (!this.#context.live) return;
    const plain = stripVTControlCharacters(text);
    // One column less than there are: a full line would wrap, and could not be wiped.
    this.#current = plain.length < this.#context.width ? text : plain.slice(0, this.#context.width - 1);
    await this.#context.out.write(`${wipe}${this.#current}`);
  }

  /** Prints what is to stay, above the progress. */
  async print(text: string): Promise<void> {
    await this.#context.out.write(this.#current === '' ? text : `${wipe}${text}${this.#current}`);
  }

  async clear(): Promise<void> {
    if (this.#current === '') return;
    this.#current = '';
    await this.#context.out.write(wipe);
  }
}
