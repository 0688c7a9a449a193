import { describe, expect, it } from 'vitest';
import { said } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { aboutSpace, emitJob, writtenViewer } from '../written-viewer.ts';
import { identity } from './identity.ts';

const viewer = writtenViewer('viewer');
const space = writtenViewer('space', aboutSpace);
const stranger = writtenViewer('stranger', { stream: 'none' });
const about = { ...viewer.about, ...space.about, ...stranger.about };
const jobs = {
  ...emitJob('job'),
  ...emitJob('other', { id: 'other', where: 'S2', about: { jobName: 'theirs' } }),
};
const of = (...events: readonly NewEvent[]) => said(identity(), { events, about, jobs });
const none = { found: [], judged: [], read: [] };

describe('a job stream speaks of its own job, by its name', () => {
  const judged = ['E27 viewer', 'E49 viewer'];
  it.each([
    ['it does', viewer.event('acked'), [], judged],
    [
      'another job',
      viewer.event('acked', { jobId: 'other', jobName: 'theirs' }),
      ['E27 another-job @0'],
      judged,
    ],
    [
      'a job that nobody knows',
      viewer.event('acked', { jobId: 'x' }),
      ['E27 another-job @0'],
      ['E27 viewer'],
    ],
    ['another name', viewer.event('acked', { jobName: 'x' }), ['E49 name @0'], judged],
    ['no name, which is open (A26)', viewer.event('acked', { jobName: undefined }), [], ['E27 viewer']],
    [
      'a name that is no text, which is another rule’s finding',
      viewer.event('acked', { jobName: 1 }),
      [],
      ['E27 viewer'],
    ],
    ['no id, which is open (A22)', viewer.event('acked', { jobId: undefined }), [], []],
    ['an id that is no text, which is another rule’s finding', viewer.event('acked', { jobId: 1 }), [], []],
  ])('%s', (_, event, found, judged) => {
    expect(of(event)).toEqual({ found, judged, read: [] });
  });
});

describe('a space stream speaks of jobs in its space, by their names', () => {
  const judged = ['E15 space', 'E42 space', 'E49 space'];
  it.each([
    ['it does', space.event('acked'), [], judged],
    [
      'a job of another space',
      space.event('acked', { jobId: 'other', jobName: 'theirs' }),
      ['E15 another-space @0'],
      judged,
    ],
    ['a job of others', space.event('acked', { jobId: 'x' }), [], ['E42 space']],
    ['another name', space.event('acked', { jobName: 'x' }), ['E49 name @0'], judged],
    ['no name', space.event('acked', { jobName: undefined }), ['E42 no-name @0'], ['E15 space', 'E42 space']],
    [
      'a name that is no text',
      space.event('acked', { jobName: null }),
      ['E42 no-name @0'],
      ['E15 space', 'E42 space'],
    ],
    [
      'a job of others, without a name',
      space.event('acked', { jobId: 'x', jobName: 1 }),
      ['E42 no-name @0'],
      ['E42 space'],
    ],
    ['no job at all, as what it begins with', space.event('connected', { jobId: undefined }), [], []],
  ])('%s', (_, event, found, judged) => {
    expect(of(event)).toEqual({ found, judged, read: [] });
  });
});

it.each([
  ['of what is no frame', viewer.opened],
  ['of what we say ourselves', viewer.sends({ jobId: 'x' })],
  ['of what is no event', viewer.frame('hello')],
  ['of a connection that is neither', stranger.event('acked', { jobId: 'x', jobName: 'x' })],
])('nothing is said %s', (_, event) => {
  expect(of(event)).toEqual(none);
});

it('nothing is said of a connection of which nothing is known', () => {
  expect(said(identity(), { events: [viewer.event('acked')], jobs })).toEqual(none);
});
