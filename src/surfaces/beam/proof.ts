import type { Job, Recording } from '../../suite/recording.ts';
import type { Frame } from '../../wire/event.ts';
import { foretoldOf } from './foretold.ts';
import type { Proof } from './input-driver.ts';
import { askedOf, inputOf } from './message.ts';

/** The fact that was recorded with a frame, when the handler's key, or what a program foretold, was at hand. */
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

/**
 * Whether a missing or unlike answer to an operation can be held against the server. A handler that is not ours
 * is known by what a program foretells of it: until one answer to that operation was as foretold, it may as
 * well be the program that is wrong.
 */
export function isOwed(recording: Recording, job: Job): boolean {
  if (foretoldOf(job) === undefined) return true;
  return recording.events.some((event) => {
    if (event.kind !== 'frame' || proofOf(recording, event) !== 'valid') return false;
    const answered = inputOf(recording, event);
    return answered !== undefined && askedOf(answered) === askedOf(job);
  });
}

/** Why nothing is said of an answer that is not owed. */
export const notOwed = 'nothing that came was as the command foretold it: it, or the server, is wrong';
