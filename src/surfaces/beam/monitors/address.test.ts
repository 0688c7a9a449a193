import { describe, expect, it } from 'vitest';
import { loadContract } from '../../../contract/load.ts';
import { on } from '../../../suite/written-recording.ts';
import { said } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { writtenInput } from '../written-input.ts';
import { address } from './address.ts';

const { rules } = (await loadContract()).beam;
const client = on('client');
const transform = writtenInput('transform');
const stream = writtenInput('stream');
const fail = writtenInput('fail');
const raw = writtenInput('raw');
const theirs = writtenInput('transform', { where: 'other' });
const inputs = [transform, stream, fail, raw, theirs];

const of = (...events: readonly NewEvent[]) =>
  said(address(rules, 'document'), { events, jobs: Object.assign({}, ...inputs.map(({ jobs }) => jobs)) });
const none = { found: [], judged: [], read: [] };
const unknown = client.frame('{"says":"something"}');
const mine = transform.answer();

describe('what arrives on a connection answers an input of that connection', () => {
  it('is seen in each answer', () => {
    expect(of(mine)).toEqual({ ...none, judged: ['B6 client'] });
    expect(of(stream.payloads(0))).toEqual({ ...none, judged: ['B7 client'] });
  });

  it.each([
    ['an answer to somebody else', theirs.answer({}, 'client'), 'B6 elsewhere @0'],
    ['a payload of a stream of somebody else', theirs.answer({ index: 0 }, 'client'), 'B7 elsewhere @0'],
    ['an answer to an input of another scene', writtenInput('transform').answer(), 'B6 elsewhere @0'],
  ])('is broken by %s, and is not judged by it', (_, event, found) => {
    expect(of(event)).toEqual({ ...none, found: [found] });
  });

  it('is broken by what nobody asked for, once something was answered', () => {
    expect(of(mine, unknown)).toEqual({ ...none, judged: ['B6 client'], found: ['B6 unasked @1'] });
    expect(of(mine, unknown, unknown).found).toEqual(['B6 unasked @1', 'B6 unasked @2']);
  });
});

describe('what nobody asked for is not held against the server', () => {
  it('before it has answered anything, since nothing is stated about that', () => {
    expect(of(unknown)).toEqual(none);
    expect(of(unknown, mine).found).toEqual([]);
  });

  it('where it is a heartbeat', () => {
    expect(of(mine, client.frame('{"type":"ping"}')).found).toEqual([]);
  });

  it.each([
    ['an input that makes the handler fail', fail.sent],
    ['an input that no handler can make anything of', raw.sent],
    ['text that bears no nonce', { ...raw.sent, text: 'null' } as NewEvent],
  ])('once for %s', (_, sent) => {
    expect(of(mine, sent, unknown).found).toEqual([]);
    expect(of(mine, sent, unknown, unknown).found).toEqual(['B6 unasked @3']);
    expect(of(mine, sent, sent, unknown, unknown).found).toEqual([]);
  });

  it('but is for an input that the handler does answer', () => {
    expect(of(mine, transform.sent, unknown).found).toEqual(['B6 unasked @2']);
    expect(of(mine, stream.sent, unknown).found).toEqual(['B6 unasked @2']);
  });

  it('where the handler is not ours: it may say what it likes', () => {
    const outputs = ['an output that a program foretold'];
    const foretold = writtenInput('transform', { outputs });
    const events = [client.frame(`so: ${outputs[0]}`), unknown];
    const { found, judged } = said(address(rules, 'document'), { events, jobs: foretold.jobs });
    expect({ found, judged }).toEqual({ found: [], judged: ['B6 client'] });
  });
});

it('neither opening nor closing is an answer', () => {
  expect(of(mine, client.opened, client.pong, client.closed(1000)).found).toEqual([]);
});
