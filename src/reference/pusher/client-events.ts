import type { Json } from '../../contract/json.ts';
import { broadcast } from '../outbox.ts';
import type { Connection, Hub } from './hub.ts';
import type { PusherPolicies } from './policies.ts';
import { errorMessage, isGuarded, type Message } from './protocol.ts';

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

/** Hands a client event on, or says why not. */
export function relayClientEvent(
  event: ClientEvent,
  from: Connection,
  hub: Hub,
  policies: PusherPolicies,
): readonly Message[] {
  const { channel } = event;
  const [denial] = policies.clientEventDenials(event, from);
  if (denial !== undefined) return [errorMessage(`The client event was rejected: ${denial}`, null, channel)];
  if (!from.mayTalk()) {
    for (const message of policies.tooManyClientEvents(channel)) from.outbox.send(policies.encode(message));
    const code = policies.closesTalkers();
    if (code !== undefined) from.outbox.close(code, 'Too many client events');
    return [];
  }
  const text = policies.encode(policies.clientEvent(event, from.members.get(channel)?.userId));
  broadcast(
    text,
    [...policies.clientEventAudience(from, hub.subscribers(channel))].map(({ outbox }) => outbox),
  );
  return [];
}
