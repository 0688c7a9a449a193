import type { Recording } from '../../suite/recording.ts';
import type { Frame } from '../../wire/event.ts';
import type { Proof } from './handler-driver.ts';
import { inputOf } from './message.ts';

/** The fact that was recorded with a frame, when the handler's key was at hand. */
export function proofOf(recording: Recording, frame: Frame): Proof | undefined {
  const fact = recording.events[frame.seq + 1];
  if (fact?.kind !== 'fact' || fact.name !== 'proof' || fact.peer !== frame.peer) return undefined;
  return fact.value === 'valid' ? 'valid' : 'wrong';
}

/** Connections that bear an answer to an input of their own which nobody but the handler can have made. */
export function provenPeers(recording: Recording): ReadonlySet<string> {
  const proven = new Set<string>();
  for (const event of recording.events) {
    if (event.kind !== 'frame' || proven.has(event.peer)) continue;
    if (proofOf(recording, event) === 'valid' && inputOf(recording, event)?.where === event.peer) {
      proven.add(event.peer);
    }
  }
  return proven;
}
