import type { Json } from '../../contract/json.ts';
import type { Connection } from './hub.ts';
import { isGuarded } from './protocol.ts';

/** An event that a client sends to the other subscribers of a channel. */
export interface ClientEvent {
  readonly event: string;
  readonly channel: string;
  readonly data: Json | undefined;
}

/** Why a client event is not relayed. */
export type ClientEventDenial = 'not-guarded' | 'not-subscribed';

/** Everything that is against a client event (PE2, PE3); empty: it is relayed. */
export function clientEventDenials(
  { channel }: ClientEvent,
  { channels }: Connection,
): readonly ClientEventDenial[] {
  return [
    ...(isGuarded(channel) ? [] : (['not-guarded'] as const)),
    ...(channels.has(channel) ? [] : (['not-subscribed'] as const)),
  ];
}

/** Counts what happens within a second. */
export function createPace(perSecond: number, now: () => number = Date.now): () => boolean {
  let recent: number[] = [];
  return () => {
    const at = now();
    recent = recent.filter((one) => at - one < 1000);
    if (recent.length >= perSecond) return false;
    recent.push(at);
    return true;
  };
}
