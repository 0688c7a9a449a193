import { describe, expect, it } from 'vitest';
import { loadContract } from '../../../contract/load.ts';
import { watch } from '../../../suite/monitor.ts';
import { on, written } from '../../../suite/written-recording.ts';
import { said } from '../../../suite/written-watch.ts';
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
const noMessage: NewEvent = { kind: 'sent', peer: 'viewer', text: 'hello', binary: false };
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
    [
      'it names a channel that it has granted',
      [subscribe(), granted, came('pusher:subscription_error', { channel, data: {} }), update],
    ],
    ['an event comes before the confirmation', [subscribe(), update, granted, update]],
    ['what answers is no pong', [subscribe(), unnamed, ping, came('pusher:hello')]],
    [
      'it may be about a channel that is no text',
      [sent('pusher:subscribe', { channel: 42 }), subscribe(), unnamed, ping, pong],
    ],
    ['it may be about a frame that is no message', [noMessage, subscribe(), unnamed, ping, pong]],
    [
      'it may be about leaving a channel that it is not on',
      [sent('pusher:unsubscribe', { channel: 'private-x' }), subscribe(), unnamed, ping, pong],
    ],
  ])('is not taken to have refused where %s', (_, events) => {
    expect(ofRefusals(...events)).toEqual({ judged: false, found: [] });
  });
});

/** What the monitor says altogether, a finding by its requirement and rule. */
const all = (...events: readonly NewEvent[]) => said(channels(rules), { events });
const leave = sent('pusher:unsubscribe', { channel });
const subscriptionError = came('pusher:subscription_error', { channel });

describe('events of a channel reach who is on it', () => {
  it('is seen in each of them', () => {
    expect(all(subscribe(), granted, update)).toEqual({
      found: [],
      judged: ['PS10 viewer', 'PS15 viewer'],
      read: [],
    });
  });

  it.each([
    ['to who never asked', [update], ['PS15 not-subscribed @0']],
    ['to who asked for another', [subscribe('private-x'), update], ['PS15 not-subscribed @1']],
    ['before the confirmation', [subscribe(), update, granted, update], ['PS10 unconfirmed @1']],
    ['to who is on it, although it asked again', [subscribe(), granted, subscribe(), update], []],
    [
      'to who was refused',
      [subscribe(), subscriptionError, update],
      ['PS5 refused @2', 'PS10 refused @2', 'PS15 refused @2'],
    ],
    ['to who was refused, then let in', [subscribe(), subscriptionError, subscribe(), granted, update], []],
    [
      'to who asked twice: the second may be refused because of the first',
      [subscribe(), subscribe(), subscriptionError, granted, update],
      [],
    ],
    [
      'to who left, once a ping that was sent after it is answered',
      [subscribe(), granted, leave, ping, pong, update],
      ['PS7 left @5', 'PS15 left @5'],
    ],
    ['to who is leaving', [subscribe(), granted, leave, update, ping, update], []],
    ['to who left, and nothing was asked since', [subscribe(), granted, ping, leave, pong, update], []],
    [
      'to who left, and came back',
      [subscribe(), granted, leave, ping, pong, subscribe(), granted, update],
      [],
    ],
    [
      'to who left, and said something else than a ping',
      [subscribe(), granted, leave, sent('x'), pong, update],
      [],
    ],
    ['to who left what it was not on', [leave, ping, pong, update], ['PS15 not-subscribed @3']],
    ['to who would leave what it is not on', [leave, subscribe(), granted, ping, pong, update], []],
    [
      'to who asked in binary',
      [{ ...subscribe(), binary: true } as NewEvent, update],
      ['PS15 not-subscribed @1'],
    ],
    [
      'to who asked in no words',
      [{ ...subscribe(), text: 'hello' } as NewEvent, update],
      ['PS15 not-subscribed @1'],
    ],
    [
      'to who asked for nothing',
      [sent('pusher:subscribe', { channel: 1 }), update],
      ['PS15 not-subscribed @1'],
    ],
    ['to who said something else of it', [sent('x', { channel }), update], ['PS15 not-subscribed @1']],
  ])('%s', (_, events, found) => {
    expect(all(...events).found).toEqual(found);
  });

  it('each channel by itself', () => {
    const other = 'private-x';
    const both = [subscribe(), granted, subscribe(other), leave, ping, pong];
    const event = came('x', { channel: other });
    expect(all(...both, event, update).found).toEqual(['PS10 unconfirmed @6', 'PS7 left @7', 'PS15 left @7']);
  });

  it.each([
    ['what bears no channel', [came('x')]],
    ['what is the protocol’s own', [came('pusher:x', { channel }), pong]],
    ['what is another client’s', [came('client-x', { channel })]],
    ['what is no frame', [viewer.opened, viewer.closed(1000)]],
    ['who was let in', [subscribe(), granted]],
  ])('is not judged by %s', (_, events) => {
    expect(all(...events)).toEqual({ found: [], judged: [], read: [] });
  });
});

describe('who sees nothing shows that nothing came', () => {
  it.each([
    ['was refused', [subscribe(), subscriptionError], ['PS5 viewer']],
    ['has left', [subscribe(), granted, leave, ping, pong], ['PS7 viewer']],
    ['is leaving', [subscribe(), granted, leave, pong], []],
    ['has no answer', [subscribe(), pong], []],
  ])('%s', (_, events, judged) => {
    expect(all(...events).judged).toEqual(judged);
  });
});

it('what comes twice all the same is shown by the first of it', () => {
  expect(all(subscribe(), update, unnamed, update, ping, pong).found).toContain('PS5 refused @1');
});

it('a refusal of which nobody knows what it refused is none of a channel that was answered', () => {
  expect(all(subscribe(), granted, unnamed, ping, pong, update).found).toEqual([]);
  expect(all(subscribe(), granted, subscribe('private-x'), unnamed, ping, pong).judged).toEqual([
    'PS5 viewer',
  ]);
});
