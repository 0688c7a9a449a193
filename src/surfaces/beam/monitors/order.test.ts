import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { said } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { jobOf } from '../message.ts';
import { writtenInput } from '../written-input.ts';
import { firstInFirstOut, streamsInOrder } from './order.ts';

type Input = ReturnType<typeof writtenInput>;
const of = (one: typeof firstInFirstOut, inputs: readonly Input[], events: readonly NewEvent[]) =>
  said(one(), { events, jobs: Object.assign({}, ...inputs.map(({ jobs }) => jobs)) }, { jobOf });

describe('transforms are answered in the order in which they were sent', () => {
  const [first, second, third] = [1, 2, 3].map((from) => writtenInput('transform', { from })) as [
    Input,
    Input,
    Input,
  ];
  const elsewhere = writtenInput('transform', { where: 'other', from: 4 });
  const stream = writtenInput('stream', { from: 5 });
  const inputs = [first, second, third, elsewhere, stream];
  const judged = ['B6i client'];

  it.each([
    ['in order', [first.answer(), second.answer(), third.answer()], []],
    ['one overtakes another', [second.answer(), first.answer()], ['B6i overtaken @1']],
    [
      'two are overtaken by the same one: the latest stays the latest',
      [third.answer(), first.answer(), second.answer()],
      ['B6i overtaken @1', 'B6i overtaken @2'],
    ],
    ['a second answer is another rule’s finding', [first.answer(), second.answer(), first.answer()], []],
  ])('%s', (_, events, found) => {
    expect(of(firstInFirstOut, inputs, events)).toEqual({ found, judged, read: [] });
  });

  it.each([
    ['one answer shows no order', [first.answer()]],
    ['the same answer again shows none either', [first.answer(), first.answer()]],
    ['a stream may come at any time', [stream.payloads(0), first.answer(), stream.payloads(1)]],
    ['what was sent elsewhere is not of this order', [elsewhere.answer({}, 'client'), first.answer()]],
    ['each connection has an order of its own', [elsewhere.answer(), first.answer()]],
    [
      'nobody knows what is being answered',
      [third.answer(), { ...first.answer(), text: '{}', message: {} } as NewEvent],
    ],
    ['inputs are no answers', [third.sent, first.sent]],
  ])('cannot be judged: %s', (_, events) => {
    expect(of(firstInFirstOut, inputs, events)).toEqual({ found: [], judged: [], read: [] });
  });

  it('two that were sent at once have no order', () => {
    const [one, two] = [writtenInput('transform', { from: 7 }), writtenInput('transform', { from: 7 })];
    expect(of(firstInFirstOut, [one, two], [two.answer(), one.answer()]).found).toEqual([]);
  });

  it('is broken as often as an answer comes after that to a later input', () => {
    const many = Array.from({ length: 6 }, (_, from) => writtenInput('transform', { from }));
    const orders = fc.shuffledSubarray([...many.keys()], { minLength: 2 });
    fc.assert(
      fc.property(orders, (order) => {
        const late = order.filter((from, at) => order.slice(0, at).some((earlier) => earlier > from));
        const { found } = of(
          firstInFirstOut,
          many,
          order.flatMap((from) => many[from]?.answer() ?? []),
        );
        expect(found).toHaveLength(late.length);
      }),
    );
  });
});

describe('the payloads of a stream arrive in the order of their index', () => {
  const stream = writtenInput('stream');
  const other = writtenInput('stream', { where: 'other' });
  const transform = writtenInput('transform');
  const inputs = [stream, other, transform];
  const { payloads } = stream;
  const judged = ['B7i client'];

  it.each([
    ['in order', [payloads(0), payloads(1), payloads(2)], []],
    ['one is missing, which is another rule’s finding', [payloads(0), payloads(2)], []],
    ['one comes late', [payloads(1), payloads(0)], ['B7i order @1']],
    ['two come late', [payloads(2), payloads(0), payloads(1)], ['B7i order @1', 'B7i order @2']],
    ['they come in one frame, the later first', [payloads(1, 0)], ['B7i order @0']],
    ['a second coming is another rule’s finding', [payloads(0), payloads(1), payloads(0)], []],
  ])('%s', (_, events, found) => {
    expect(of(streamsInOrder, inputs, events)).toEqual({ found, judged, read: [] });
  });

  it.each([
    ['one payload has no order', [payloads(0)]],
    ['not even one whose index is below any', [payloads(-2)]],
    ['nor has one that comes twice', [payloads(0), payloads(0)]],
    [
      'it is the stream of another connection',
      [other.answer({ index: 1 }, 'client'), other.answer({ index: 0 }, 'client')],
    ],
    ['a transform has no positions', [transform.answer({ index: 1 }), transform.answer({ index: 0 })]],
    [
      'nothing is known of the input',
      [writtenInput('stream').payloads(1), writtenInput('stream').payloads(0)],
    ],
  ])('cannot be judged: %s', (_, events) => {
    expect(of(streamsInOrder, inputs, events)).toEqual({ found: [], judged: [], read: [] });
  });

  it('is broken by every payload that comes after a later one', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 2 }), (order) => {
        const late = order.filter((index, at) => order.slice(0, at).some((earlier) => earlier > index));
        const { found } = of(
          streamsInOrder,
          inputs,
          order.map((index) => payloads(index)),
        );
        expect(found).toHaveLength(late.length);
      }),
    );
  });
});
