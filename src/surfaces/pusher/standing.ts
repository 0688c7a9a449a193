import { isObject, parseJson } from '../../contract/json.ts';
import type { Recording } from '../../suite/recording.ts';
import type { Frame } from '../../wire/event.ts';
import { channelOf, protocolEvent, subscriptionAnswer } from './message.ts';

/** Position at which a subscription of a connection to a channel was confirmed; undefined: it never was. */
export function joinedAt(recording: Recording, peer: string, channel: string): number | undefined {
  return recording.events.find(
    (event) =>
      event.kind === 'frame' && event.peer === peer && subscriptionAnswer(event, channel) === 'granted',
  )?.seq;
}

/** True where a connection was on a channel and has not been closed by the other side. */
export function isStillOn(recording: Recording, peer: string, channel: string): boolean {
  const closed = recording.events.some(
    (event) => event.kind === 'closed' && event.peer === peer && event.by === 'them',
  );
  return !closed && joinedAt(recording, peer, channel) !== undefined;
}

const asked = new WeakMap<Recording, Map<string, Set<string>>>();

/**
 * True where a connection asked for the channel that an event names, or the event names none. What comes on
 * any other was never meant for it: whose words they are, and how they should look, is not known here.
 */
export function isForUs(recording: Recording, frame: Frame): boolean {
  const channel = channelOf(frame);
  if (channel === undefined) return true;
  let byPeer = asked.get(recording);
  if (!byPeer) {
    byPeer = channelsAsked(recording);
    asked.set(recording, byPeer);
  }
  return byPeer.get(frame.peer)?.has(channel) ?? false;
}

function channelsAsked(recording: Recording): Map<string, Set<string>> {
  const byPeer = new Map<string, Set<string>>();
  for (const event of recording.events) {
    if (event.kind !== 'sent' || event.binary || !event.text.includes(protocolEvent.subscribe)) continue;
    const message = parseJson(event.text);
    const channel = isObject(message) && isObject(message.data) ? message.data.channel : undefined;
    if (typeof channel !== 'string') continue;
    byPeer.set(event.peer, (byPeer.get(event.peer) ?? new Set<string>()).add(channel));
  }
  return byPeer;
}
