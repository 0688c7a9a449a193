import { createHmac } from 'node:crypto';
import type { JsonObject } from '../../contract/json.ts';

/** Thrown where the handler raises; what the client sees of it is the endpoint's business (A20.failure). */
export class HandlerFailure extends Error {
  override readonly name = 'HandlerFailure';
}

/**
 * The published handler (specs/beam/handler.yaml): all that it makes of one input, in order.
 * @throws HandlerFailure where its contract says that it raises.
 */
export function runHandler(input: JsonObject, key: string): readonly JsonObject[] {
  const { nonce, op, n } = input;
  if (typeof nonce !== 'string' || !fits(nonce))
    throw new HandlerFailure('nonce: a string of 1 to 256 bytes');
  const reply = { nonce, proof: createHmac('sha256', key).update(nonce).digest('hex') };
  switch (op) {
    case 'transform':
      return [reply];
    case 'stream':
      if (typeof n !== 'number' || !Number.isInteger(n) || n < 1 || n > 1000) {
        throw new HandlerFailure('n: an integer from 1 to 1000');
      }
      return Array.from({ length: n }, (_, index) => ({ ...reply, index, of: n }));
    case 'fail':
      throw new HandlerFailure('failed, as it was asked to');
    default:
      throw new HandlerFailure('op: transform, stream or fail');
  }
}

function fits(nonce: string): boolean {
  const bytes = Buffer.byteLength(nonce);
  return bytes >= 1 && bytes <= 256 && !/\p{Surrogate}/u.test(nonce);
}
