import { exitCodes } from './exit.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Ctrl-C and SIGTERM, once asked for: what CI and containers send means the same. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Lets the signals end the process again. */
  readonly release: () => void;
}

/** The first signal aborts, so that what runs can end properly; the second ends the process at once. */
export function onInterrupt(say: () => void = () => {}): Interrupt {
  const controller = new AbortController();
  const heard = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.stopped);
    say();
    controller.abort();
  };
  for (const signal of signals) process.on(signal, heard);
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of signals) process.off(signal, heard);
    },
  };
}
