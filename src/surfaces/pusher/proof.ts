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

interface Proof {
  readonly fact: Fact;
  readonly expects: 'granted' | 'refused';
  readonly answer: 'granted' | 'refused' | undefined;
  readonly viaEndpoint: boolean;
}

/** Every subscription of a recording by which a connection was to prove itself, and what came of it. */
function* proofsIn({ events }: Recording): Iterable<Proof> {
  for (const fact of events) {
    if (fact.kind !== 'fact' || fact.name !== 'proof' || !isObject(fact.value)) continue;
    const { expects, channel, sent, via } = fact.value;
    if (expects !== 'granted' && expects !== 'refused') continue;
    if (typeof channel !== 'string' || typeof sent !== 'number') continue;
    yield { fact, expects, answer: answerTo(events, fact, channel, sent), viaEndpoint: via === 'endpoint' };
  }
}

const guessing = new WeakMap<readonly Recording[], boolean>();

/** Whether some subscription of the run got the wrong one of the two answers: that is chance, or no check at all. */
function isGuessing(all: readonly Recording[]): boolean {
  const known = guessing.get(all);
  if (known !== undefined) return known;
  const is = all.some((recording) =>
    [...proofsIn(recording)].some(({ answer, expects }) => answer !== undefined && answer !== expects),
  );
  guessing.set(all, is);
  return is;
}

/**
 * Connections on which a right subscription was confirmed and a wrong one refused, in an order that nobody
 * could guess: only a server that checks signatures does that. One that answers by chance is right on every
 * fourth connection, so nothing is proven by a server that was wrong on any connection of the run. `auth` is
 * proven by a signature that holds (which takes the secret), or by one that such a connection was opened with.
 */
export function provenPeers(
  recording: Recording,
  all: readonly Recording[] = [recording],
): ReadonlySet<string> {
  const held = new Map<string, Set<string>>();
  const broken = new Set<string>();
  const proven = new Set<string>();
  const viaEndpoint = new Set<string>();
  for (const fact of recording.events) {
    if (fact.kind === 'fact' && fact.name === 'signature' && isObject(fact.value)) {
      if (fact.value.verdict === 'valid') proven.add('auth');
    }
  }
  if (isGuessing(all)) return proven;
  for (const { fact, expects, answer, viaEndpoint: via } of proofsIn(recording)) {
    if (via) viaEndpoint.add(fact.peer);
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
