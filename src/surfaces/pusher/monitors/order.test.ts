import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadContract } from '../../../contract/load.ts';
import { said } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { jobOf } from '../message.ts';
import { writtenClient, writtenJob } from '../written-client.ts';
import { order } from './order.ts';

const { rules } = (await loadContract()).pusher;
const client = writtenClient('client');
const at = (status: string, progress = 0): NewEvent => client.update('job', status, { progress });
const [pending, taken, done, error] = ['pending', 'processing', 'done', 'error'].map((status) =>
  at(status),
) as [NewEvent, NewEvent, NewEvent, NewEvent];
const [going, further] = [at('in_progress', 1), at('in_progress', 2)];

/** A client that was on the channel before the job was submitted. Its updates begin at 2. */
const whole = (dialect: string, ...updates: readonly NewEvent[]) =>
  said(
    order(rules, dialect),
    { events: [client.asks(), client.granted(), ...updates], jobs: writtenJob('job', { from: 2 }) },
    { jobOf },
  );

describe('modelbeam: a job goes forward, may leave steps out, and ends', () => {
  it.each([
    ['its whole way', [taken, going, further, done], []],
    ['with what is open shown', [pending, taken, done], []],
    ['with everything left out', [done], []],
    ['a step back', [going, taken], ['M14 back in_progress processing @3']],
    ['a step back to what was never shown', [going, pending], ['M14 back in_progress pending @3']],
    ['a step back from the end', [done, going], ['M14bi after-the-end @3', 'M14 back done in_progress @3']],
    ['the end twice', [done, at('done', 1)], ['M14bi after-the-end @3']],
    [
      'everything after the end, but no longer as a repeat',
      [done, done, done],
      ['M14bi after-the-end @3', 'M14bi after-the-end @4'],
    ],
    ['nothing changed', [going, going], ['M14i repeated @3']],
    ['something changed and back', [going, further, going], []],
    ['a failure', [taken, error], ['M15 shown error @3']],
    [
      'something after a failure: the scene that brings it about judges that',
      [error, error],
      ['M15 shown error @2', 'M15 shown error @3', 'M14i repeated @3'],
    ],
    [
      'a status that nobody knows is another rule’s finding',
      [taken, at('resting'), taken],
      ['M14i repeated @4'],
    ],
    ['nor is a status one that every object has', [taken, at('constructor')], []],
  ])('%s', (_, updates, found) => {
    expect(whole('modelbeam', ...updates).found).toEqual(found);
  });

  it('is broken by each update whose status comes before that of the one before it', () => {
    const statuses = ['pending', 'processing', 'in_progress'];
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 8 }), (ranks) => {
        const updates = ranks.map((rank, n) => at(statuses[rank] ?? '', n));
        const back = ranks.filter((rank, n) => rank < (ranks[n - 1] ?? 0));
        expect(whole('modelbeam', ...updates).found).toHaveLength(back.length);
      }),
    );
  });

  it('shows by any update that failures are not shown, and by its end that nothing follows', () => {
    expect(whole('modelbeam', taken).judged.toSorted()).toEqual(['M14 client', 'M14i client', 'M15 client']);
    expect(whole('modelbeam', done).judged).toContain('M14bi client');
    expect(whole('modelbeam', error).judged).toContain('M15 client');
    expect(whole('modelbeam', at('resting')).judged).toEqual([]);
  });
});

describe('dryapi: a job is announced, once', () => {
  it.each([
    ['its whole way', [taken, going, done], []],
    ['not announced', [going, done], ['D28 unannounced @2']],
    ['its end alone', [done], ['D28 unannounced @2']],
    ['queued, which is not shown', [pending, taken], ['D27 shown pending @2']],
    ['failed before it was taken, which is not shown either', [error], ['D31 shown error @2']],
    ['announced again', [taken, at('processing', 1)], ['D28i processing again @3']],
    ['announced too late', [going, taken], ['D28 unannounced @2', 'D49 back in_progress processing @3']],
    [
      'nothing changed',
      [going, taken, taken],
      [
        'D28 unannounced @2',
        'D49 back in_progress processing @3',
        'D28i processing again @4',
        'D18 repeated @4',
      ],
    ],
    ['after its end', [taken, done, going], ['D30 after-the-end @4', 'D49 back done in_progress @4']],
  ])('%s', (_, updates, found) => {
    expect(whole('dryapi', ...updates).found).toEqual(found);
  });

  it('shows what is never shown, what comes once and what is first', () => {
    const judged = ['D18', 'D27', 'D28', 'D28i', 'D31', 'D49'].map((id) => `${id} client`);
    expect(whole('dryapi', taken).judged.toSorted()).toEqual(judged);
  });
});

describe('that a job is announced is owed to whoever was there before it', () => {
  const job = writtenJob('job', { from: 3 });
  const other = writtenClient('other');
  const of = (events: readonly NewEvent[], jobs = job) => {
    const { found, judged } = said(order(rules, 'dryapi'), { events, jobs }, { jobOf });
    return { found, judged: judged.includes('D28 client') };
  };
  const owed = { found: ['D28 unannounced @3'], judged: true };
  const notOwed = { found: [], judged: false };

  it('as here', () => {
    expect(of([client.asks(), client.granted(), client.opened, going])).toEqual(owed);
    expect(of([client.granted(), client.asks(), client.opened, going])).toEqual(owed);
    expect(of([client.asks(), client.granted(), other.leaves(), going])).toEqual(owed);
    expect(of([client.asks(), client.granted(), client.leaves('private-x'), going])).toEqual(owed);
    expect(
      of([client.asks(), client.granted(), client.sent('x', { channel: 'private-client.42' }), going]),
    ).toEqual(owed);
  });

  it.each([
    [
      'who was let in when it was there',
      [client.asks(), client.opened, client.opened, client.granted(), going],
    ],
    ['who was let in elsewhere', [client.asks(), client.granted('private-x'), client.opened, going]],
    ['who was not let in, though another was', [client.asks(), other.granted(), client.opened, going]],
    ['who has left', [client.asks(), client.granted(), client.leaves(), going]],
  ])('not to one %s', (_, events) => {
    expect(of(events)).toEqual(notOwed);
  });

  it('and not of a job that nobody here submitted', () => {
    expect(of([client.asks(), client.granted(), client.opened, going], {})).toEqual(notOwed);
  });
});

describe('nothing is said of', () => {
  it.each([
    ['what we published ourselves', [client.asks(), client.update('job', 'error', { note: 'a-nonce' })]],
    ['a channel that this connection has not asked for', [error]],
    [
      'an update without status',
      [client.asks(), client.came('x', { channel: 'private-client.42', data: '{"request_id":"job"}' })],
    ],
  ])('%s', (_, events) => {
    const none = { found: [], judged: [], read: [] };
    expect(said(order(rules, 'modelbeam'), { events }, { jobOf })).toEqual(none);
  });

  it('a relay, which carries what others say', () => {
    expect(order(rules, 'modelbeam').applies).toEqual({ role: 'application' });
  });
});

it.each([
  ['modelbeam', ['M14', 'M14bi', 'M14i', 'M15']],
  ['dryapi', ['D18', 'D27', 'D28', 'D28i', 'D30', 'D31', 'D49']],
])('%s: what may be said', (dialect, checks) => {
  expect(order(rules, dialect).checks.toSorted()).toEqual(checks);
});
