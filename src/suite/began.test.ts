import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { NewEvent } from '../wire/event.ts';
import { began } from './began.ts';
import { on, written } from './written-recording.ts';

const { pong } = on('viewer');
const took = (ms: number): NewEvent => ({
  kind: 'exchange',
  peer: 'rest',
  method: 'POST',
  url: 'https://a.test/',
  requestHeaders: {},
  status: 200,
  headers: {},
  body: '',
  ms,
});

/** Each event is a millisecond after the one before. */
const beganAt = (seq: number, ...events: readonly NewEvent[]) => began(written({ events }).events, seq);

it.each([
  ['an exchange that took no time began where it is', 2, took(0), 2],
  ['one that took as long as since the event before began there', 2, took(1), 1],
  ['one that took longer began before that', 2, took(1.5), 1],
  ['one that took longer than the recording began with it', 2, took(99), 0],
  ['what is no exchange took no time', 2, pong, 2],
])('%s', (_, seq, event, at) => {
  expect(beganAt(seq, pong, pong, event, pong)).toBe(at);
});

it('an event began no later than it is, with none before its beginning that took place since', () => {
  fc.assert(
    fc.property(fc.nat(9), fc.nat(9), fc.nat(12), (before, after, ms) => {
      const pongs = (n: number) => Array<NewEvent>(n).fill(pong);
      const { events } = written({ events: [...pongs(before), took(ms), ...pongs(after)] });
      const at = began(events, before);
      const start = (events[before]?.at ?? 0) - ms;
      expect(events.slice(at, before).every((one) => one.at >= start)).toBe(true);
      expect(events.slice(0, at).every((one) => one.at < start)).toBe(true);
    }),
  );
});
