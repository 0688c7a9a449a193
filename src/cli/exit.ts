import { InputError } from '../contract/contract.ts';

/** Exit codes that no run decides; those of a verdict are in conform/verdict.ts. */
export const exitCodes = {
  done: 0,
  /** `report --against`: something fails that did not. */
  changed: 1,
  /** Wrong usage, or a file that cannot be used. */
  usage: 2,
  /** Our own failure. */
  broken: 3,
  /** Stopped at once, by a second Ctrl-C. */
  stopped: 130,
} as const;

/** What an error that nobody caught comes to: an exit code, and what to print. */
export function failureOf(
  cause: unknown,
  verbose: boolean,
): { readonly exit: number; readonly message: string } {
  if (cause instanceof InputError)
    return { exit: exitCodes.usage, message: `plumbline: ${short(cause.message)}` };
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const where = verbose ? `\n${error.stack ?? ''}` : ' (for the stack: --verbose, or PLUMBLINE_DEBUG=1)';
  const [line = ''] = error.message.split('\n');
  return {
    exit: exitCodes.broken,
    message: `plumbline: internal error: ${short(line || error.name)}${where}`,
  };
}

/** A message that quotes input may be as long as that is. */
function short(message: string): string {
  return message.length <= longestMessage ? message : `${message.slice(0, longestMessage)}…`;
}

const longestMessage = 2000;

/** Ends the process once everything written has left it; open sockets do not hold it up. */
export async function leave(exit: number): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map(flushed));
  process.exit(exit);
}

async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return;
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
}
