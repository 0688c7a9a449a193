import { describe, expect, it } from 'vitest';
import { loadContract } from '../../../contract/load.ts';
import { watch } from '../../../suite/monitor.ts';
import { on, written } from '../../../suite/written-recording.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { channels } from './channels.ts';

const { rules } = (await loadContract()).pusher;
const refused = rules.channelAuth.refusal.silent[0] ?? '';
const viewer = on('viewer');
const channel = 'private-client.42';

const sent = (event: string, data: object = {}): NewEvent => ({
  kind: 'sent',
  peer: 'viewer',
  text: JSON.stringify({ event, data }),
  binary: false,
});
const came = (event: string, more: object = {}): NewEvent => viewer.frame(JSON.stringify({ event, ...more }));

const subscribe = (name = channel): NewEvent =>
  sent('pusher:subscribe', { channel: name, auth: 'key:wrong' });
const ping = sent('pusher:ping');
const pong = came('pusher:pong');
const unnamed = came('pusher:error', { data: { code: 4009, message: 'no' } });
const granted = came('pusher_internal:subscription_succeeded', { channel, data: '{}' });
const update = came('request.status.updated', { channel, data: '{}' });

/** What the monitor says of refusals: on whom it could judge, and what it found. */
function ofRefusals(...events: readonly NewEvent[]) {
  const { findings, seen } = watch(channels(rules), {
    recording: written({ events }),
    dialect: 'modelbeam',
    role: 'relay',
    jobOf: () => undefined,
    shared: new Map(),
  });
  return {
    judged: seen.has(refused),
    found: findings.filter(({ requirement }) => requirement === refused).map(({ frame }) => frame),
  };
}

describe('a server that refuses without saying which channel', () => {
  it('is known to have refused once a later ping is answered and no confirmation has come', () => {
    expect(ofRefusals(subscribe(), unnamed, ping, pong)).toEqual({ judged: true, found: [] });
  });

  it('breaks it by an event of that channel', () => {
    expect(ofRefusals(subscribe(), unnamed, update, ping, pong)).toEqual({ judged: true, found: [2] });
    expect(ofRefusals(subscribe(), unnamed, ping, pong, update, update)).toEqual({
      judged: true,
      found: [4],
    });
  });

  it.each([
    ['it says nothing at all', [subscribe(), ping, pong]],
    ['nothing fences it', [subscribe(), unnamed]],
    ['the ping was sent before the subscription', [ping, subscribe(), unnamed, pong]],
    ['the confirmation comes after all', [subscribe(), unnamed, ping, pong, granted, update]],
    ['the error may be about another channel', [subscribe(), subscribe('private-x'), unnamed, ping, pong]],
    ['the error came before anything was asked for', [unnamed, subscribe(), ping, pong]],
    [
      'it was asked for twice: the second may be what was refused',
      [subscribe(), subscribe(), unnamed, ping, pong],
    ],
    ['nobody asked', [unnamed, ping, pong]],
  ])('is not taken to have refused where %s', (_, events) => {
    expect(ofRefusals(...events)).toEqual({ judged: false, found: [] });
  });
});
