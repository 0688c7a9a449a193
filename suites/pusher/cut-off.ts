import { isObject } from '../../src/contract/json.ts';
import type { View } from '../../src/suite/view.ts';
import { eventOf, protocolEvent } from '../../src/surfaces/pusher/message.ts';
import type { WireEvent } from '../../src/wire/event.ts';
import { endOf, greetingOf } from './frames.ts';

type Closed = Extract<WireEvent, { kind: 'closed' }>;

/**
 * Where a server hung up on somebody whom it had greeted, who had asked for nothing but what it must grant, and
 * to whom it said no reason: it was asked by a right client, and this is its answer. A code of the protocol's own
 * is a reason, and so is one that bids come again; after a wrong signature a close is a refusal.
 */
export function cutOff(view: View): Closed | undefined {
  for (const peer of Object.keys(view.recording.peers)) {
    const end = endOf(view, peer);
    if (end && greetingOf(view, peer) && !isReason(end.code) && isUnanswered(view, peer, end)) return end;
  }
  return undefined;
}

/** 4000 to 4299 are the protocol's; 1001, 1012 and 1013 say that the server is going, or has no time. */
function isReason(code: number): boolean {
  return (code >= 4000 && code <= 4299) || [1001, 1012, 1013].includes(code);
}

function isUnanswered(view: View, peer: string, end: Closed): boolean {
  const before = view.of(peer).filter(({ seq }) => seq < end.seq);
  const right = new Set(before.map((event) => (event.kind === 'fact' ? rightAt(event.value) : undefined)));
  return before.every((event) => {
    if (event.kind === 'sent') return !event.text.includes(protocolEvent.subscribe) || right.has(event.seq);
    return event.kind !== 'frame' || eventOf(event) === protocolEvent.established;
  });
}

/** Where the subscription was sent of which a fact says that it must be granted. */
function rightAt(fact: unknown): unknown {
  return isObject(fact) && fact.expects === 'granted' ? fact.sent : undefined;
}
