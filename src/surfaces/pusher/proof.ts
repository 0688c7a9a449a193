import { isObject, type JsonObject } from '../../contract/json.ts';
import type { Recording } from '../../suite/recording.ts';
import type { Fact, Frame, WireEvent } from '../../wire/event.ts';
import { subscriptionAnswer } from './message.ts';

/** What a verb writes down of each of the two subscriptions by which a connection proves itself. */
export interface ProofFact extends JsonObject {
  /** What a server that knows the secret must make of it. */
  readonly expects: 'granted' | 'refused';
  readonly channel: string;
  /** Position of the subscription in the recording. */
  readonly sent: number;
}

/**
 * Connections on which a right subscription was confirmed and a wrong one refused, in an order that nobody
 * could guess: only a server that checks signatures does that. `auth` is proven by a signature that holds
 * (which takes the secret), or by one that such a connection was opened with.
 */
export function provenPeers(recording: Recording): ReadonlySet<string> {
  const held = new Map<string, Set<string>>();
  const broken = new Set<string>();
  const proven = new Set<string>();
  const viaEndpoint = new Set<string>();
  for (const fact of recording.events) {
    if (fact.kind !== 'fact' || !isObject(fact.value)) continue;
    if (fact.name === 'signature' && fact.value.verdict === 'valid') proven.add('auth');
    if (fact.name !== 'proof') continue;
    const { expects, channel, sent, via } = fact.value;
    if (expects !== 'granted' && expects !== 'refused') continue;
    if (typeof channel !== 'string' || typeof sent !== 'number') continue;
    if (via === 'endpoint') viaEndpoint.add(fact.peer);
    const answer = answerTo(recording.events, fact, channel, sent);
    if (answer !== expects) broken.add(fact.peer);
    else held.set(fact.peer, (held.get(fact.peer) ?? new Set<string>()).add(expects));
  }
  for (const [peer, kinds] of held) {
    if (broken.has(peer) || kinds.size < 2) continue;
    proven.add(peer);
    if (viaEndpoint.has(peer)) proven.add('auth');
  }
  return proven;
}

function answerTo(
  events: readonly WireEvent[],
  fact: Fact,
  channel: string,
  sent: number,
): 'granted' | 'refused' | undefined {
  // The next fact of the same connection begins where the next subscription was sent.
  for (let at = sent + 1; at < events.length; at++) {
    const event = events[at];
    if (event?.peer !== fact.peer) continue;
    if (event.kind === 'sent' && event.text.includes('pusher:subscribe')) return undefined;
    if (event.kind !== 'frame') continue;
    const answer = subscriptionAnswer(event as Frame, channel);
    if (answer) return answer;
  }
  return undefined;
}
