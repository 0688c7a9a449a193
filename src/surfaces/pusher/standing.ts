import { isObject, parseJson } from '../../contract/json.ts';
import type { Recording } from '../../suite/recording.ts';
import type { Frame, WireEvent } from '../../wire/event.ts';
import { channelOf, protocolEvent, subscriptionAnswer } from './message.ts';

/** Position at which a subscription of a connection to a channel was confirmed; undefined: it never was. */
export function joinedAt(recording: Recording, peer: string, channel: string): number | undefined {
  return standingIn(recording).joined.get(peer)?.get(channel);
}

/** True where a connection was on a channel and has not been closed by the other side. */
export function isStillOn(recording: Recording, peer: string, channel: string): boolean {
  const closed = recording.events.some(
    (event) => event.kind === 'closed' && event.peer === peer && event.by === 'them',
  );
  return !closed && joinedAt(recording, peer, channel) !== undefined;
}

/**
 * True where a connection asked for the channel that an event names, or the event names none. What comes on
 * any other was never meant for it: whose words they are, and how they should look, is not known here.
 */
export function isForUs(recording: Recording, frame: Frame): boolean {
  const channel = channelOf(frame);
  if (channel === undefined) return true;
  return standingIn(recording).asked.get(frame.peer)?.has(channel) ?? false;
}

/** True where a connection has asked to leave a channel: what it is owed of it from then on is nothing. */
export function hasLeft(recording: Recording, peer: string, channel: string): boolean {
  const texts = standingIn(recording).leaving.get(peer);
  return texts?.some((text) => text.includes(JSON.stringify(channel))) ?? false;
}

/** What the events of a recording say, by connection, of who asked for, joined and left which channel. */
interface Standing {
  /** Events that have been read: a recording grows, and what it has stays as it is. */
  read: number;
  readonly asked: Map<string, Set<string>>;
  /** Positions of the first confirmations, by channel. */
  readonly joined: Map<string, Map<string, number>>;
  /** What was sent to leave a channel. */
  readonly leaving: Map<string, string[]>;
}

const known = new WeakMap<Recording['events'], Standing>();

/** Monitors ask it of every frame, so that who looks through all events each time needs minutes for thousands of them. */
function standingIn({ events }: Recording): Standing {
  let standing = known.get(events);
  if (!standing) {
    standing = { read: 0, asked: new Map(), joined: new Map(), leaving: new Map() };
    known.set(events, standing);
  }
  for (; standing.read < events.length; standing.read += 1) note(standing, events[standing.read]);
  return standing;
}

function note({ asked, joined, leaving }: Standing, event: WireEvent | undefined): void {
  if (event?.kind === 'frame') {
    const channel = channelOf(event);
    if (channel === undefined || subscriptionAnswer(event, channel) !== 'granted') return;
    const positions = entryOf(joined, event.peer, () => new Map<string, number>());
    if (!positions.has(channel)) positions.set(channel, event.seq);
  } else if (event?.kind === 'sent') {
    const { peer, text, binary } = event;
    if (text.includes(protocolEvent.unsubscribe)) entryOf(leaving, peer, () => []).push(text);
    if (binary || !text.includes(protocolEvent.subscribe)) return;
    const message = parseJson(text);
    const channel = isObject(message) && isObject(message.data) ? message.data.channel : undefined;
    if (typeof channel === 'string') entryOf(asked, peer, () => new Set<string>()).add(channel);
  }
}

function entryOf<V>(map: Map<string, V>, key: string, make: () => V): V {
  const there = map.get(key);
  if (there !== undefined) return there;
  const made = make();
  map.set(key, made);
  return made;
}
