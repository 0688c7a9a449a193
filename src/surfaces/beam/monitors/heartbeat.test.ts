import { describe, expect, it } from 'vitest';
import { loadContract } from '../../../contract/load.ts';
import { on } from '../../../suite/written-recording.ts';
import { said } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { writtenInput } from '../written-input.ts';
import { heartbeat } from './heartbeat.ts';

const { rules } = (await loadContract()).beam;
const client = on('client');
const input = writtenInput('transform');
const beat = client.frame('{"type":"ping"}');
const answer = input.answer();
const proof: NewEvent = { kind: 'fact', peer: 'client', name: 'proof', value: 'valid' };
const none = { found: [], judged: [], read: [] };

const of = (dialect: string, ...events: readonly NewEvent[]) =>
  said(heartbeat(rules, dialect), { events, jobs: input.jobs });

describe('where heartbeats are asked for', () => {
  const judged = ['BH1 client'];

  it.each([
    ['the first frame is one', [client.opened, beat], []],
    ['the first frame is an answer', [client.opened, answer], ['BH1 not-first @1']],
    ['a heartbeat comes later than something else', [answer, beat], ['BH1 not-first @0']],
    ['only the first frame is asked about', [beat, answer, answer], []],
    ['it is found once', [answer, answer], ['BH1 not-first @0']],
  ])('%s', (_, events, found) => {
    expect(of('beta9', ...events)).toMatchObject({ found, judged });
  });

  it('nothing is seen on a connection without frames', () => {
    expect(of('beta9', client.opened, client.pong, client.closed(1000))).toEqual(none);
  });

  it('a client that must be turned away is the door’s affair', () => {
    const to = (credential: string) =>
      said(heartbeat(rules, 'beta9'), { events: [answer], about: { client: { credential } } });
    expect(to('garbage')).toEqual(none);
    expect(to('valid').found).toEqual(['BH1 not-first @0']);
  });
});

describe('how the server answers the open point', () => {
  it('is read from a handler that is proven, at the first heartbeat', () => {
    expect(of('document', answer, proof, beat, beat)).toEqual({ ...none, read: ['A18.heartbeat=ping @2'] });
    expect(of('beta9', beat, answer, proof, beat).read).toEqual(['A18.heartbeat=ping @0']);
  });

  it.each([
    ['who sends heartbeats and proves nothing', [beat, answer]],
    ['who sends none', [answer, proof]],
  ])('is not read from one %s', (_, events) => {
    expect(of('document', ...events)).toEqual(none);
  });
});
