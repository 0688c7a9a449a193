import { expect, it } from 'vitest';
import { loadContract } from '../../../contract/load.ts';
import { passedBy } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { jobOf } from '../message.ts';
import { writtenClient, writtenJob } from '../written-client.ts';
import { seen } from './seen.ts';

const { rules } = (await loadContract()).pusher;
const client = writtenClient('client');

/** The steps of a job, seen by a client that came before it was submitted, or after. */
const went = (statuses: readonly string[], isWhole = true): readonly string[] =>
  passedBy(
    seen(rules, 'modelbeam'),
    {
      events: [
        client.asks(),
        client.granted(),
        ...statuses.map((status, at) => client.update('job', status, { progress: at })),
      ],
      jobs: writtenJob('job', { from: isWhole ? 2 : 0 }),
    },
    { jobOf },
  );

it('takes down each step that the updates of a job show, from its beginning', () => {
  expect(went(['processing', 'in_progress', 'in_progress', 'done'])).toEqual([
    'transition/pending/processing × 1',
    'transition/processing/in_progress × 1',
    'transition/in_progress/in_progress × 1',
    'transition/in_progress/done × 1',
  ]);
});

it('does not take a job for one that skipped its steps, where the client came midway', () => {
  expect(went(['in_progress', 'done'], false)).toEqual(['transition/in_progress/done × 1']);
  expect(went(['in_progress'])).toEqual(['transition/pending/in_progress × 1']);
});

it('takes down nothing of what we published, nor of what the client has not asked for', () => {
  const of = (data: object, channel?: string): readonly string[] =>
    passedBy(
      seen(rules, 'modelbeam'),
      {
        events: [client.asks(), client.granted(), client.update('job', 'processing', data, channel)],
        jobs: writtenJob('job', { from: 2 }),
      },
      { jobOf },
    );
  expect(of({})).toEqual(['transition/pending/processing × 1']);
  expect(of({ note: 'a-nonce' })).toEqual([]);
  expect(of({}, 'private-client.7')).toEqual([]);
});

it('passes over an update that tells of no status', () => {
  const silent = client.update('job', 'x', { status: null });
  const of = (...between: readonly NewEvent[]): readonly string[] =>
    passedBy(
      seen(rules, 'modelbeam'),
      {
        events: [
          client.asks(),
          client.granted(),
          client.update('job', 'processing'),
          ...between,
          client.update('job', 'in_progress'),
        ],
        jobs: writtenJob('job', { from: 2 }),
      },
      { jobOf },
    );
  expect(of(silent)).toEqual(of());
});

it('takes down no step that there is not, nor one that nothing shows', () => {
  expect(went(['processing', 'error', 'resting', 'processing'])).toEqual([
    'transition/pending/processing × 1',
  ]);
});
