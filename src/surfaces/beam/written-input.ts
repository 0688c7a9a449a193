import type { Json } from '../../contract/json.ts';
import { on } from '../../suite/written-recording.ts';
import type { NewEvent } from '../../wire/event.ts';
import { type Asked, markFor } from './message.ts';

let count = 0;

/** An input as a scene would have sent it, with what can come of it; for tests. */
export function writtenInput(
  op: Asked,
  { where = 'client', from = 0, outputs }: { where?: string; from?: number; outputs?: Json } = {},
) {
  count += 1;
  const id = markFor('test', count, count.toString(16).padStart(8, '0'));
  const about = { op, ...(outputs === undefined ? {} : { outputs }) };
  const job = { name: `input ${from}`, id, where, nonce: id, calls: [], from, about };
  const sent: NewEvent = {
    kind: 'sent',
    peer: where,
    text: JSON.stringify({ nonce: id, op }),
    binary: false,
  };
  return {
    id,
    sent,
    jobs: { [id]: job },
    /** An answer to it, on its own connection or on another one. */
    answer: (more: object = {}, peer = where): NewEvent =>
      on(peer).frame(JSON.stringify({ nonce: id, ...more })),
    /** Payloads of its stream, each with its index, in one frame. */
    payloads: (...indexes: readonly number[]): NewEvent => {
      const objects = indexes.map((index) => ({ nonce: id, index }));
      return on(where).frame(JSON.stringify(objects.length === 1 ? objects[0] : objects));
    },
  };
}
