import { describe, expect, it } from 'vitest';
import { loadContract } from '../../../contract/load.ts';
import { on } from '../../../suite/written-recording.ts';
import { said } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { writtenInput } from '../written-input.ts';
import { form } from './form.ts';

const { beam } = await loadContract();
const client = on('client');
const input = writtenInput('transform');

const of = (event: NewEvent, { dialect = 'beta9', jobs = input.jobs } = {}) =>
  said(form(beam, dialect), { events: [event], jobs });

const binary = (text: string): NewEvent => ({
  ...client.frame(text),
  binary: true,
  text: Buffer.from(text).toString('base64'),
});

describe('every message is a text frame with one JSON object', () => {
  it.each([
    ['an object', input.answer(), []],
    ['text that is no JSON', client.frame('hello'), ['B8 not-json @0']],
    ['an array', client.frame('[]'), ['B16 schema  @0']],
    ['a binary frame', binary('{"a":1}'), ['B8i binary @0', 'BH5 binary @0']],
    ['an answer that calls itself a heartbeat is not a matter of form', input.answer({ type: 'ping' }), []],
    ['a heartbeat', client.frame('{"type":"ping"}'), []],
  ])('%s', (_, event, found) => {
    expect(of(event).found).toEqual(found);
  });

  it('is judged of every frame, and of nothing else', () => {
    expect(of(input.answer()).judged).toEqual(['B8i client', 'B8 client', 'BH5 client', 'B16 client']);
    expect(of(client.opened).judged).toEqual([]);
    expect(of(client.closed(1000)).judged).toEqual([]);
  });
});

describe('a handler that is not ours', () => {
  it('answers for the form where a program foretold an object', () => {
    const { jobs, answer } = writtenInput('transform', { outputs: [{ says: 'something longer' }] });
    expect(of(answer({ says: 'something longer' }), { jobs }).judged).not.toEqual([]);
  });

  it('is not asked for objects where a program foretold text', () => {
    const { jobs } = writtenInput('transform', { outputs: ['something that is long'] });
    expect(of(client.frame('something that is long'), { jobs })).toEqual({ found: [], judged: [], read: [] });
  });
});
