import { describe, expect, it } from 'vitest';
import { View } from '../../src/suite/view.ts';
import { written } from '../../src/suite/written-recording.ts';
import { writtenClient } from '../../src/surfaces/pusher/written-client.ts';
import type { NewEvent } from '../../src/wire/event.ts';
import { cutOff } from './cut-off.ts';

const client = writtenClient('client');
const { opened, closed, asks } = client;
const greeting = client.greeted();
const of = (...events: readonly NewEvent[]) => cutOff(new View(written({ events })))?.seq;
const fact = (expects: 'granted' | 'refused', sent: number): NewEvent => ({
  kind: 'fact',
  peer: 'client',
  name: 'proof',
  value: { expects, channel: 'private-x', sent },
});

describe('a server hangs up on a right client', () => {
  it.each([
    ['at once', [opened, greeting, closed(1006)], 2],
    ['when it was asked', [opened, greeting, asks(), fact('granted', 2), closed(1006)], 4],
    ['with a code that says nothing', [opened, greeting, closed(1000)], 2],
    ['with a code beyond those of the protocol', [opened, greeting, closed(4300)], 2],
    ['with a code below those of the protocol', [opened, greeting, closed(3999)], 2],
    ['that has said other things', [opened, greeting, client.sent('pusher:ping'), closed(1006)], 3],
    [
      'before a wrong question was under way',
      [opened, greeting, fact('refused', 2), closed(1006), asks()],
      3,
    ],
  ])('%s', (_, events, at) => {
    expect(of(...events)).toBe(at);
  });

  it('be it not the first', () => {
    const other = writtenClient('other');
    expect(of(other.opened, opened, greeting, closed(1006))).toBe(3);
  });
});

describe('it does not', () => {
  it.each([
    [
      'where it was asked wrongly, which it has thus refused',
      [opened, greeting, asks(), fact('refused', 2), closed(1006)],
    ],
    [
      'where it was asked something else than what is known to be right',
      [opened, greeting, asks(), closed(1006)],
    ],
    [
      'where one of two questions was wrong',
      [opened, greeting, asks(), fact('granted', 2), asks(), fact('refused', 4), closed(1006)],
    ],
    [
      'where it has granted it',
      [opened, greeting, asks(), fact('granted', 2), client.granted(), closed(1006)],
    ],
    [
      'where it has refused it, which is another finding',
      [opened, greeting, client.came('pusher:error'), closed(1006)],
    ],
    ['where it has not greeted, which is another finding', [opened, closed(1006)]],
    ['where we hang up', [opened, greeting, closed(1000, 'us')]],
    ['where it stays', [opened, greeting]],
    ...[4000, 4100, 4299, 1001, 1012, 1013].map(
      (code) => [`where it says why: ${code}`, [opened, greeting, closed(code)]] as const,
    ),
  ] as const)('%s', (_, events) => {
    expect(of(...events)).toBe(undefined);
  });
});
