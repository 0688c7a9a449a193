import { describe, expect, it } from 'vitest';
import type { Recording } from '../../suite/recording.ts';
import { on, type Written, written } from '../../suite/written-recording.ts';
import { provenPeers } from './proof.ts';

/** A recording whose connections watch a job. */
function watching(recording: Written): Recording {
  const made = written(recording);
  const about = { stream: 'job', scope: 'full', job: 'id' };
  const peers = Object.fromEntries(Object.keys(made.peers).map((name) => [name, { name, about }]));
  return { ...made, peers };
}

const event = (data: unknown, jobName = 'a-job'): string =>
  JSON.stringify({ type: 'progress', jobName, data });
const viewer = on('viewer');

describe('a connection is proven', () => {
  it.each([
    ['the nonce in the data of an event', event({ nonce: 'a-nonce' })],
    ['the nonce in the name of a job', event(null, 'a-nonce-job-1f')],
    ['what was planted', event({ result: 'a-canary' })],
  ])('by %s', (_, text) => {
    const recording = watching({ events: [viewer.frame(text)], canaries: { result: 'a-canary' } });
    expect(provenPeers(recording)).toContain('viewer');
  });

  it('by itself alone: another that shows nothing is not', () => {
    const events = [viewer.frame(event({ nonce: 'a-nonce' })), on('other').frame(event({ n: 1 }))];
    expect([...provenPeers(watching({ events }))]).toEqual(['viewer', 'rest']);
  });

  it('not by what we sent ourselves', () => {
    const sent = { kind: 'sent', peer: 'viewer', text: 'a-nonce', binary: false } as const;
    expect(provenPeers(watching({ events: [viewer.opened, sent] })).size).toBe(0);
  });

  it('not where it is no stream', () => {
    expect(provenPeers(written({ events: [viewer.frame(event({ nonce: 'a-nonce' }))] })).size).toBe(0);
  });
});

describe('the REST API is proven', () => {
  it('by a stream that shows a job that was made over it', () => {
    expect(provenPeers(watching({ events: [viewer.frame(event(null, 'a-nonce'))] }))).toContain('rest');
  });

  it('not by answers alone', () => {
    expect(provenPeers(watching({ events: [viewer.opened] }))).not.toContain('rest');
  });
});
