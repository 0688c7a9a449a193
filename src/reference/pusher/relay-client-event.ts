import { broadcast } from '../outbox.ts';
import type { ClientEvent } from './client-events.ts';
import type { Connection, Hub } from './hub.ts';
import type { PusherPolicies } from './policies.ts';
import { errorMessage, type Message } from './protocol.ts';

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
