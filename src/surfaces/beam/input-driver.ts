import type { BeamOperationName } from '../../contract/beam-rules.ts';
import type { Job } from '../../suite/recording.ts';
import type { BeamTarget } from '../../target/target.ts';
import type { Frame } from '../../wire/event.ts';
import type { Foretold } from './foretold.ts';

/** Whether a frame bears the proof of the input that it answers. */
export type Proof = 'valid' | 'wrong';

/** An input as it goes over the wire. */
export interface WrittenInput {
  /** The text of its frame. */
  readonly send: string;
  /** What the handler will make of it, where it is not ours. */
  readonly outputs?: readonly Foretold[];
}

/** Knows the handler of a deployment: how its inputs are written, and by what its answers are known. */
export interface InputDriver {
  readonly write: (nonce: string, op: BeamOperationName, n?: number) => Promise<WrittenInput>;
  /** Whether only that handler can have made a frame, which answers an input. */
  readonly proofIn: (input: Job, frame: Frame) => Proof;
}

/** The driver of an operation: the first of the target's `drivers` that can. Undefined: none does. */
export function performerOf(
  { drivers, handler, command }: BeamTarget,
  op: BeamOperationName,
): 'beam-handler' | 'command' | undefined {
  const verbs = command?.verbs ?? [];
  const can = {
    'beam-handler': handler !== undefined,
    command: verbs.includes('input') || verbs.includes(`input:${op}`),
    none: false,
  };
  const found = drivers.find((driver) => can[driver]);
  return found === 'none' ? undefined : found;
}
