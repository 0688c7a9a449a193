import type { WireEvent } from '../wire/event.ts';

/**
 * The position at which an event of a recording began: an exchange is recorded when it is over, and began as many
 * milliseconds before as it took. All else takes no time.
 */
export function began(events: readonly WireEvent[], seq: number): number {
  const event = events[seq];
  const start = event?.kind === 'exchange' ? event.at - event.ms : Number.POSITIVE_INFINITY;
  let at = seq;
  while (at > 0 && (events[at - 1]?.at ?? 0) >= start) at -= 1;
  return at;
}
