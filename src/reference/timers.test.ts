import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Timers } from './surface-server.ts';
import { createTimers } from './timers.ts';

let timers: Timers;
let ran: string[];
const note = (name: string) => () => {
  ran.push(name);
};
beforeEach(() => {
  timers = createTimers();
  ran = [];
});
afterEach(() => timers.close());

it('moves the timers of one owner on, in the order in which they are due', () => {
  timers.set('a', 2000, note('second'));
  timers.set('a', 1000, note('first'));
  timers.set('b', 500, note('somebody else'));
  expect(timers.advance('a', 2000)).toBe(2);
  expect(ran).toEqual(['first', 'second']);
});

it('leaves what is not due yet that much nearer', () => {
  timers.set('a', 1000, note('later'));
  expect(timers.advance('a', 999)).toBe(0);
  expect(timers.advance('a', 1)).toBe(1);
});

it('counts what a timer sets from the moment it was due, and runs it too if that is past', () => {
  timers.set('a', 1000, () => timers.set('a', 1000, note('chained')));
  expect(timers.advance('a', 1999)).toBe(1);
  expect(timers.advance('a', 1)).toBe(1);
  timers.set('a', 1000, () => timers.set('a', 1000, note('at once')));
  expect(timers.advance('a', 5000)).toBe(2);
});

it('runs in real time when nobody moves it', async () => {
  await new Promise<void>((resolve) => timers.set('a', 5, resolve));
  expect(timers.advance('a', 1000)).toBe(0);
});

it('runs the rest in real time after it was moved', async () => {
  const done = new Promise<void>((resolve) => timers.set('a', 60_000, resolve));
  timers.advance('a', 59_995);
  await done;
});

it('does not run what was cancelled, or what is left at the end', () => {
  const { cancel } = timers.set('a', 10, note('cancelled'));
  cancel();
  expect(timers.advance('a', 20)).toBe(0);
  timers.set('b', 10, note('closed'));
  timers.close();
  expect(timers.advance('b', 20)).toBe(0);
  expect(ran).toEqual([]);
});

it('bears a timeout that is longer than Node can take', () => {
  timers.set('a', 2 ** 40, note('long'));
  expect(timers.advance('a', 1000)).toBe(0);
  expect(timers.advance('a', 2 ** 40)).toBe(1);
});
