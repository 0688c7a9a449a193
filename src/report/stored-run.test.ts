import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../conform/run-event.ts';
import { InputError } from '../contract/contract.ts';
import { loadContract } from '../contract/load.ts';
import { compare, comparisonLines } from './compare.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { ndjson } from './ndjson.ts';
import { caseOf, check, conformantVerdict, events, header, written } from './sample-run.ts';
import { readStoredRun } from './stored-run.ts';

const contract = await loadContract();
const stream = await written(ndjson, events);
const result = await written(json, events);
const read = (text: string, partial = false) => readStoredRun('run.ndjson', text, contract, partial);

describe('a stored run', () => {
  it.each([
    ['a stream', stream],
    ['a result', result],
  ])('%s is rendered as the run itself was', async (_, text) => {
    const { events: again, complete } = read(text);
    expect(complete).toBe(true);
    expect(await written(junit, again)).toBe(await written(junit, events));
    expect(JSON.parse(await written(json, again))).toEqual(JSON.parse(result));
  });

  it('without its footer is refused, and shown as a part where that is asked for', async () => {
    const cut = stream.split('\n').slice(0, -2).join('\n');
    expect(() => read(cut)).toThrow('did not end');
    expect(read(cut, true).complete).toBe(false);
  });

  it('that was killed at any byte shows what there is of it, and never as green', async () => {
    const first = stream.indexOf('\n') + 1;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: first, max: stream.length - 10 }), async (at) => {
        const text = Buffer.from(stream).subarray(0, at).toString('utf8');
        expect(() => read(text)).toThrow(InputError);
        const { events: part } = read(text, true);
        const verdict = part.find((event) => event.event === 'verdict');
        expect(verdict).toMatchObject({ exit: expect.toSatisfy((exit: number) => exit !== 0) });
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['other JSON', '{"a":1}'],
    ['a list', '[]'],
    ['a stream of something else', '{"event":"login"}\n{"event":"logout"}'],
    ['a header alone that is none', '{"event":"header"}'],
    ['a broken line in the midst', stream.replace('\n{', '\n{{')],
  ])('is not %s: one message, with the file', (_, text) => {
    expect(() => read(text, true)).toThrow(InputError);
    expect(() => read(text, true)).toThrow(/^run\.ndjson/);
  });
});

describe('two runs', () => {
  const run = (...outcomes: readonly (readonly [string, Parameters<typeof check>[0]])[]): RunEvent[] => [
    header,
    ...outcomes.map(([id, outcome]) => caseOf(id, [check(outcome)])),
    conformantVerdict,
  ];

  it('differ by new failures, by what is fixed, and by what else has changed', () => {
    const before = run(
      ['a', 'passed'],
      ['b', 'failed'],
      ['c', 'untestable'],
      ['d', 'failed'],
      ['e', 'passed'],
    );
    const now = run(
      ['a', 'failed'],
      ['b', 'passed'],
      ['c', 'passed'],
      ['d', 'untestable'],
      ['e', 'passed'],
      ['f', 'failed'],
    );
    const { failures, fixed, changed } = compare(before, now);
    expect(failures.map(({ case: id, before: was }) => [id, was])).toEqual([
      ['a', 'passed'],
      ['f', undefined],
    ]);
    expect(fixed.map(({ case: id }) => id)).toEqual(['b']);
    expect(changed.map(({ case: id }) => id)).toEqual(['c', 'd']);
  });

  it('that are the same do not differ', () => {
    expect(comparisonLines(compare(events, events))).toEqual(['', '0 new failures, 0 fixed, 0 changed']);
  });
});
