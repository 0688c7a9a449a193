import { createHmac } from 'node:crypto';
import type { BeamInput, BeamOperationName } from '../../contract/beam-rules.ts';
import type { Job } from '../../suite/recording.ts';
import type { Frame } from '../../wire/event.ts';
import type { InputDriver, Proof, WrittenInput } from './input-driver.ts';
import { textOf } from './message.ts';

/** Talks to the published handler (specs/beam/handler.yaml): makes its inputs and knows its proofs. */
export class HandlerDriver implements InputDriver {
  readonly #key: string;
  readonly #proofs = new Map<string, string>();

  constructor(key: string) {
    this.#key = key;
  }

  async write(nonce: string, op: BeamOperationName, n?: number): Promise<WrittenInput> {
    return { send: inputText(nonce, op, n) };
  }

  /** Whether only the handler can have made a frame: the proof of its nonce is somewhere in it, whatever the form. */
  proofIn(input: Job, frame: Frame): Proof {
    return textOf(frame).includes(this.#proofOf(input.nonce)) ? 'valid' : 'wrong';
  }

  #proofOf(nonce: string): string {
    const known = this.#proofs.get(nonce);
    if (known !== undefined) return known;
    const made = createHmac('sha256', this.#key).update(nonce).digest('hex');
    this.#proofs.set(nonce, made);
    return made;
  }
}

/** An input as it goes over the wire. */
function inputText(nonce: string, op: BeamOperationName, n?: number): string {
  return JSON.stringify({ nonce, op, ...(n === undefined ? {} : { n }) });
}

/** A row of the rules' `inputs` as it goes over the wire: bytes for a binary frame. */
export function hostileMessage(row: BeamInput, nonce: string): string | Uint8Array {
  if (row.hex !== undefined) return Buffer.from(row.hex, 'hex');
  const deep = '['.repeat(row.depth ?? 0) + ']'.repeat(row.depth ?? 0);
  const short = (row.text ?? '').replaceAll('$nonce', nonce).replace('$deep', deep);
  const room = (row.bytes ?? 0) - Buffer.byteLength(short) + '$fill'.length;
  const text = short.replace('$fill', 'x'.repeat(Math.max(0, room)));
  return row.frame === 'binary' ? Buffer.from(text) : text;
}
