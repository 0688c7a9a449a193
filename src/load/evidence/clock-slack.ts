import type { SeatRecord, StageRecord } from './stage-record.ts';

/** What a script in k6 makes of the wall clock, of which it has whole milliseconds, when it is interrupted. */
export const k6SlackMs = 5;

/**
 * How far a subscriber's clock may be from the one that all other processes share, in milliseconds: by so much it may seem
 * to have acted on an order before that was given, or to have been ready before it was.
 */
export function clockSlackMs({ driver }: StageRecord, role: SeatRecord['role']): number {
  return driver === 'k6' && role === 'bulk' ? k6SlackMs : 0;
}
