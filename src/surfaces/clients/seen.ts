import { isObject } from '../../contract/json.ts';
import type { Recording } from '../../suite/recording.ts';
import { processPeer } from '../../wire/client-process.ts';
import type { Closed, Dial, WireEvent } from '../../wire/event.ts';
import { eventOf } from '../pusher/message.ts';

/** The name of the n-th connection that a client makes in a scene. */
export function connectionName(n: number): string {
  return `connection ${n}`;
}

/** Every attempt to connect, in order. */
export function dialsOf({ events }: Recording): readonly Dial[] {
  return events.filter((event): event is Dial => event.kind === 'dial');
}

/** How a connection ended, and who ended it. */
export function closeOf({ events }: Recording, peer: string): Closed | undefined {
  return events.find((event): event is Closed => event.kind === 'closed' && event.peer === peer);
}

/** The first attempt after a position. */
export function dialAfter(recording: Recording, seq: number): Dial | undefined {
  return dialsOf(recording).find((dial) => dial.seq > seq);
}

/** A message of that name. */
export function isEvent(event: WireEvent, name: string): boolean {
  return event.kind === 'frame' && eventOf(event) === name;
}

/** What the played server, which knows the secret, wrote down of a subscription. */
export interface Subscription {
  readonly channel: string;
  readonly own: boolean;
  /** `none`: without a signature. */
  readonly signed: 'valid' | 'other-socket' | 'wrong' | 'none';
}

/** What an event says of a subscription that the client asked for. */
export function subscriptionOf(event: WireEvent): Subscription | undefined {
  if (event.kind !== 'fact' || event.name !== 'subscription' || !isObject(event.value)) return undefined;
  return event.value as unknown as Subscription;
}

/** What the played auth endpoint wrote down of a request. */
export interface Authorization {
  readonly channel: string;
  readonly own: boolean;
  readonly granted: boolean;
}

/** What an event says of a request for a signature. */
export function authorizationOf(event: WireEvent): Authorization | undefined {
  if (event.kind !== 'fact' || event.name !== 'authorization' || !isObject(event.value)) return undefined;
  return event.value as unknown as Authorization;
}

export function isValidSubscription(event: WireEvent, channel: string): boolean {
  const subscription = subscriptionOf(event);
  return subscription?.signed === 'valid' && subscription.channel === channel;
}

/** Connections that were let in with the token of this run, which nobody has who was not told of it. */
export function admittedConnections({ events }: Recording): ReadonlySet<string> {
  return new Set(
    events.flatMap((event) =>
      event.kind === 'fact' &&
      event.name === 'admission' &&
      isObject(event.value) &&
      event.value.right === true
        ? [event.peer]
        : [],
    ),
  );
}

/**
 * Every connection of a recording, once one of them carried a signature of its auth endpoint for its own socket: who
 * has that was told of this server alone, asked its endpoint with the token of this run, and reads what it is sent.
 */
export function provenConnections({ events }: Recording): ReadonlySet<string> {
  if (!events.some((event) => subscriptionOf(event)?.signed === 'valid')) return new Set();
  return new Set(events.flatMap(({ peer }) => (peer === processPeer ? [] : [peer])));
}
