import { describe, expect, it } from 'vitest';
import { loadContract } from '../../../contract/load.ts';
import { said } from '../../../suite/written-watch.ts';
import { writtenClient, writtenJob } from '../written-client.ts';
import { owners } from './owners.ts';

const monitor = owners((await loadContract()).pusher.rules);
const client = writtenClient('client');
const jobs = writtenJob('job');
const foreign = 'private-client.7';

describe('events of a job are on the channel of the client that submitted it', () => {
  it('is seen in each of them', () => {
    expect(said(monitor, { events: [client.update('job', 'done')], jobs })).toEqual({
      found: [],
      judged: ['M28 client'],
      read: [],
    });
  });

  it('is broken on the channel of another client', () => {
    const { found, judged } = said(monitor, { events: [client.update('job', 'done', {}, foreign)], jobs });
    expect({ found, judged }).toEqual({ found: ['M28 another-client @0'], judged: ['M28 client'] });
  });

  it('holds in every scene, for the jobs of those before it', () => {
    const shared = new Map<string, unknown>();
    said(monitor, { events: [client.opened], jobs }, { shared });
    const events = [client.update('job', 'done', {}, foreign)];
    expect(said(monitor, { events }, { shared }).found).toEqual(['M28 another-client @0']);
  });

  it.each([
    ['nobody here submitted the job', [client.update('another', 'done', {}, foreign)], jobs],
    [
      'we published it ourselves',
      [client.update('job', 'done', {}, foreign)],
      writtenJob('job', { about: { published: true } }),
    ],
    [
      'it bears the nonce of what we publish',
      [client.update('job', 'done', { note: 'a-nonce' }, foreign)],
      jobs,
    ],
    ['it is about no job', [client.came('request.status.updated', { channel: foreign, data: '{}' })], jobs],
    ['its channel is none of a client', [client.update('job', 'done', {}, 'public')], jobs],
    ['it names no channel', [client.came('x', { data: '{"request_id":"job"}' })], jobs],
    ['it is no frame', [client.opened, client.asks(foreign)], jobs],
  ])('cannot be judged where %s', (_, events, jobs) => {
    expect(said(monitor, { events, jobs })).toEqual({ found: [], judged: [], read: [] });
  });
});

it('is asked of applications alone', () => {
  expect(monitor.applies).toEqual({ role: 'application' });
});
