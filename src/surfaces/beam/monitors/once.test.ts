import { describe, expect, it } from 'vitest';
import { said } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { jobOf } from '../message.ts';
import { writtenInput } from '../written-input.ts';
import { once } from './once.ts';

const transform = writtenInput('transform');
const stream = writtenInput('stream');
const fail = writtenInput('fail');
const elsewhere = writtenInput('transform', { where: 'other' });
const jobs = Object.assign({}, ...[transform, stream, fail, elsewhere].map((one) => one.jobs));

const of = (...events: readonly NewEvent[]) => said(once(), { events, jobs }, { jobOf });

describe('every payload comes once, in a frame of its own', () => {
  it.each([
    ['a transform is answered', [transform.answer()], 'B6 client', []],
    ['a transform is answered again', [transform.answer(), transform.answer()], 'B6 client', ['B6 twice @1']],
    [
      'a transform is answered three times',
      [transform.answer(), transform.answer(), transform.answer()],
      'B6 client',
      ['B6 twice @1', 'B6 twice @2'],
    ],
    ['a stream says everything', [stream.payloads(0), stream.payloads(1)], 'B7 client', []],
    ['a stream says something again', [stream.payloads(0), stream.payloads(0)], 'B7 client', ['B7 twice @1']],
    ['a stream puts two into one frame', [stream.payloads(0, 1)], 'B7 client', ['B7 together @0']],
    [
      'a stream says the same twice in one frame',
      [stream.payloads(0, 0)],
      'B7 client',
      ['B7 twice @0', 'B7 together @0'],
    ],
    [
      'an object that bears no index is a payload all the same',
      [stream.answer(), stream.answer()],
      'B7 client',
      [],
    ],
  ])('%s', (_, events, judged, found) => {
    expect(of(...events)).toEqual({ found, judged: [judged], read: [] });
  });

  it('counts payloads that run together and are no JSON any more', () => {
    const text = [0, 1].map((index) => JSON.stringify({ nonce: stream.id, index })).join('');
    const frame = { ...stream.payloads(0), text, message: undefined } as unknown as NewEvent;
    expect(of(frame).found).toEqual(['B7 together @0']);
  });

  it('counts objects of one frame of which no index is known', () => {
    const objects = [{ nonce: stream.id }, { nonce: stream.id }];
    const frame = { ...stream.payloads(0), text: JSON.stringify(objects), message: objects } as NewEvent;
    expect(of(frame).found).toEqual(['B7 together @0']);
  });

  it.each([
    ['what a failing handler says is open', [fail.answer(), fail.answer()]],
    [
      'an answer on another connection is another rule’s finding',
      [elsewhere.answer({}, 'client'), elsewhere.answer({}, 'client')],
    ],
    ['nobody knows the input', [writtenInput('transform').answer()]],
  ])('cannot be judged: %s', (_, events) => {
    expect(of(...events)).toEqual({ found: [], judged: [], read: [] });
  });
});

describe('a handler of which a program foretells the outputs', () => {
  const outputs = [{ part: 'the first of two' }, { part: 'the second of two' }];
  const foretold = writtenInput('stream', { outputs });
  const of = (...objects: readonly object[]) => {
    const text = JSON.stringify(objects);
    const events = [{ ...foretold.answer(), text, message: JSON.parse(text) } as NewEvent];
    return said(once(), { events, jobs: foretold.jobs }, { jobOf }).found;
  };

  it('puts two of them into one frame', () => {
    expect(of(...outputs)).toEqual(['B7 together @0']);
  });

  it('may put beside one what is not foretold: that is its own affair', () => {
    expect(of(outputs[0] ?? {}, { more: 'of its own' })).toEqual([]);
  });
});
