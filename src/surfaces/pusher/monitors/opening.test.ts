import { describe, expect, it } from 'vitest';
import { loadContract } from '../../../contract/load.ts';
import { said, shownBy } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { writtenClient } from '../written-client.ts';
import { opening } from './opening.ts';

const monitor = opening((await loadContract()).pusher.rules);
const [client, other] = [writtenClient('client'), writtenClient('other')];
const pong = client.came('pusher:pong');
const error = client.came('pusher:error', { data: { message: 'no such app' } });

const of = (...events: readonly NewEvent[]) => said(monitor, { events });
const all = ['PC5 client', 'PC5i client', 'PC7 client'];

describe('a connection is greeted first, and once', () => {
  it.each([
    ['it is', [client.opened, client.greeted(), pong], all, []],
    ['something comes before', [pong, client.greeted()], all, ['PC5 not-first @0']],
    [
      'something that is no event comes before',
      [client.frame('hello')],
      ['PC5 client'],
      ['PC5 not-first @0'],
    ],
    ['it is told why it is not', [error, pong], ['PC5 client'], []],
    ['it is greeted again', [client.greeted(), client.greeted()], all, ['PC5i again @1']],
    [
      'it is greeted again with another id',
      [client.greeted(), client.greeted('1.2')],
      all,
      ['PC5i again @1'],
    ],
    ['its greeting has no socket id', [client.greeted(null)], ['PC5 client', 'PC5i client'], []],
    [
      'its greeting has no data',
      [client.came('pusher:connection_established')],
      ['PC5 client', 'PC5i client'],
      [],
    ],
    ['nothing comes', [client.opened, client.closed(1000)], [], []],
  ])('%s', (_, events, judged, found) => {
    expect(of(...events)).toEqual({ found, judged, read: [] });
  });
});

it('what came instead of a greeting is shown by its name, or by its first 80 characters', () => {
  expect(shownBy(monitor, { events: [pong] })).toEqual(['pusher:pong']);
  expect(shownBy(monitor, { events: [client.frame('0123456789'.repeat(9))] })).toEqual([
    '0123456789'.repeat(8),
  ]);
});

describe('a socket id belongs to one connection', () => {
  it('and not to two', () => {
    expect(of(client.greeted('1.1'), other.greeted('1.2')).found).toEqual([]);
    expect(of(client.greeted('1.1'), other.greeted('1.1')).found).toEqual(['PC7 shared-socket-id @1']);
  });

  it('not even to two of different scenes', () => {
    const shared = new Map<string, unknown>();
    const inScene = (scene: string) => said(monitor, { scene, events: [client.greeted()] }, { shared }).found;
    expect(['one', 'one', 'two'].map(inScene)).toEqual([[], [], ['PC7 shared-socket-id @0']]);
  });

  it('only the id of the first greeting is the connection’s', () => {
    expect(of(client.greeted('1.1'), client.greeted('1.2'), other.greeted('1.2')).found).toEqual([
      'PC5i again @1',
    ]);
  });
});
