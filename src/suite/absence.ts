import type { Frame, WireEvent } from '../wire/event.ts';
import { type Finding, failed, type Judgement, passed, show, untestable } from './judgement.ts';
import { shapeOf, shapeOfText } from './shape.ts';
import type { View } from './view.ts';

/** What must not be seen, who would have seen it, that it happened, and what came after it. */
export interface Absence {
  readonly rule: string;
  readonly what: string;
  /** The connection that must not see it. */
  readonly watcher: string;
  readonly forbidden: (frame: Frame) => boolean;
  /** An event elsewhere which proves that the thing happened: it need not have been kept from anybody. */
  readonly witness: WireEvent | undefined;
  readonly witnessed: string;
  /** Does this event on the watcher come after the thing, whatever the server did with it? */
  readonly fence: (event: WireEvent) => boolean;
  /** How strong the fence is: same job and connection, another ordered event, a protocol answer, the close. */
  readonly grade: string;
}

/**
 * Absence, proven: it happened (witness), the watcher was still listening afterwards (fence), and up to
 * the drain it never showed. Without a witness or a fence nothing is claimed.
 */
export function absent(view: View, absence: Absence): Judgement {
  const seen = view.frames(absence.watcher, absence.forbidden);
  const first = seen[0];
  if (first) {
    const finding: Finding = {
      rule: absence.rule,
      expected: `no ${absence.what} on this connection`,
      actual: `${seen.length} of them, the first: ${show(first.message ?? first.text)}`,
      shape: first.message === undefined ? shapeOfText(first.text) : shapeOf(first.message),
      frame: first.seq,
    };
    return failed(finding);
  }
  const { witness } = absence;
  if (!witness) return untestable(`no witness: ${absence.witnessed} was not seen`);
  const fence = view.of(absence.watcher).find((event) => event.seq > witness.seq && absence.fence(event));
  if (!fence) return untestable(`no fence: nothing reached ${absence.watcher} after ${absence.witnessed}`);
  return passed([absence.watcher, witness.peer], { note: `fence: ${absence.grade}` });
}
