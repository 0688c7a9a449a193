import type { SurfaceName } from '../contract/requirement.ts';
import type { Entry } from './entry.ts';
import { nearest } from './nearest.ts';

/** What a program can do for us on a surface, by the words that a target file lists under `command.verbs`. */
export const commandVerbs = {
  emit: [
    'create',
    'poll',
    'ack',
    'progress',
    'checkpoint',
    'complete',
    'fail',
    'keepalive',
    'get',
    'revoke',
    'restore',
  ],
  pusher: [
    'submit',
    'submitFailing',
    'submitOther',
    'status',
    'hold',
    'step',
    'publish',
    'revoke',
    'restore',
  ],
  // `input` stands for all three.
  beam: ['input', 'input:transform', 'input:stream', 'input:fail'],
} as const satisfies Readonly<Record<SurfaceName, readonly string[]>>;

/** @throws InputError for a verb that nobody would ever ask of the program. */
export function proveVerbs(entry: Entry): void {
  const { surface, command } = entry.value;
  const known: readonly string[] = commandVerbs[surface];
  for (const [at, verb] of (command?.verbs ?? []).entries()) {
    if (known.includes(verb)) continue;
    throw entry.wrong(
      ['command', 'verbs', at],
      `${surface} has no verb "${verb}" for a command; ${nearest(verb, known)}`,
    );
  }
}
