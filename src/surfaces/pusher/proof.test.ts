import { describe, expect, it } from 'vitest';
import type { Recording } from '../../suite/recording.ts';
import { on, written } from '../../suite/written-recording.ts';
import type { NewEvent } from '../../wire/event.ts';
import { provenPeers } from './proof.ts';

type Answer = 'granted' | 'refused';

const granted = (channel: string): string =>
  JSON.stringify({ event: 'pusher_internal:subscription_succeeded', channel, data: '{}' });
const refused = (channel: string): string =>
  JSON.stringify({ event: 'pusher:subscription_error', channel, data: { status: 401 } });

/** A connection that subscribes for its proof, rightly or wrongly, and what it is answered each time. */
function proving(peer: string, ...parts: readonly (readonly [Answer, Answer | undefined])[]): Recording {
  const events: NewEvent[] = [];
  parts.forEach(([expects, answer], at) => {
    const channel = `private-${at}`;
    const text = JSON.stringify({ event: 'pusher:subscribe', data: { channel } });
    const value = { expects, channel, sent: events.length };
    events.push({ kind: 'sent', peer, text, binary: false }, { kind: 'fact', peer, name: 'proof', value });
    if (answer) events.push(on(peer).frame(answer === 'granted' ? granted(channel) : refused(channel)));
  });
  return written({ events });
}

const right = proving('good', ['refused', 'refused'], ['granted', 'granted']);

describe('a connection is proven', () => {
  it('by a right subscription that is confirmed and a wrong one that is refused', () => {
    expect([...provenPeers(right)]).toEqual(['good']);
  });

  it('not by one of the two alone, nor where there was no answer', () => {
    expect(provenPeers(proving('half', ['granted', 'granted'])).size).toBe(0);
    expect(provenPeers(proving('mute', ['granted', 'granted'], ['refused', undefined])).size).toBe(0);
  });

  it('not where the wrong one was confirmed, or the right one refused', () => {
    expect(provenPeers(proving('lax', ['granted', 'granted'], ['refused', 'granted'])).size).toBe(0);
    expect(provenPeers(proving('strict', ['granted', 'refused'], ['refused', 'refused'])).size).toBe(0);
  });

  it('not where the server was wrong on another connection of the run: it is guessing', () => {
    const wrong = proving('bad', ['granted', 'granted'], ['refused', 'granted']);
    expect(provenPeers(right, [right, wrong]).size).toBe(0);
    expect([...provenPeers(right, [right, proving('mute', ['granted', undefined])])]).toEqual(['good']);
  });
});
