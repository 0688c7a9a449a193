import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../contract/json.ts';
import type { Report } from '../../../suite/monitor.ts';
import { written } from '../../../suite/written-recording.ts';
import type { Frame } from '../../../wire/event.ts';
import { writtenViewer } from '../written-viewer.ts';
import { type Deliveries, judgeDeliveries, type Update } from './deliveries.ts';

const viewer = writtenViewer('viewer');

/** Calls with these bodies, one after the other, none of which was under way when the viewer came. */
const calls = (...bodies: readonly Json[]): Update[] =>
  bodies.map((body, at) => ({ verb: 'progress', body, accepted: true, seq: at, began: at }));

/** What is said where these events came of these calls: `requirement rule @position among the events`. */
function of(sent: readonly Update[], datas: readonly (Json | undefined)[], more: Partial<Deliveries> = {}) {
  const { type = 'progress' } = more;
  const { events } = written({
    events: [...datas.map((data) => viewer.event(type, { data })), viewer.pong],
  });
  const found: string[] = [];
  const saw = new Set<string>();
  const texts: string[] = [];
  const report: Report = {
    saw: (id) => saw.add(id),
    find: (id, { rule, expected, actual }, { seq }) => {
      found.push(`${id} ${rule} @${seq}`);
      texts.push(`${expected}: ${actual}`);
    },
    reads: () => {},
    passes: () => {},
  };
  const got = events.filter((event): event is Frame => event.kind === 'frame');
  const last = events.at(-1);
  if (!last) throw new Error('nothing came');
  const whole = { type, scope: 'full', stream: 'job', job: 'job', due: sent, asked: () => [] } as const;
  judgeDeliveries({ ...whole, sent, got, last, ...more }, report);
  return { found: found.toSorted(), judged: [...saw].toSorted(), texts };
}
const [a, b, c] = [
  { n: 1, at: 'a' },
  { n: 2, at: 'b' },
  { n: 3, at: 'c' },
];

describe('what is judged of an update', () => {
  const low = { scope: 'stripped' } as const;
  const space = { stream: 'space' } as const;
  const checkpoint = { type: 'checkpoint' } as const;

  it.each([
    ['progress, to a reader', {}, ['E31', 'E22'], ['E5', 'E7']],
    ['progress, to a progress viewer', low, ['E31', 'E22'], ['E14', 'E5']],
    ['progress, on a space stream', space, ['E40'], ['E43']],
    ['a checkpoint, to a reader', checkpoint, ['E32', 'E22'], ['E50', 'E7']],
    ['a checkpoint, on a space stream', { ...checkpoint, ...space }, ['E40'], ['E43']],
    [
      'a checkpoint, to a progress viewer, who may not see of it',
      { ...checkpoint, ...low },
      ['E32', 'E22'],
      [],
    ],
  ])('%s', (_, more, lost, changed) => {
    const [hidden] = changed.length === 0 ? [null] : [a];
    expect(of(calls(a), [hidden], more).judged).toEqual([...lost, ...changed, 'E22i'].toSorted());
    expect(of(calls(a), [hidden], more).found).toEqual([]);
    expect(of(calls(a), [], more).judged).toEqual(lost.toSorted());
    const rule = `lost ${'type' in more ? more.type : 'progress'}`;
    expect(of(calls(a), [], more).found).toEqual(lost.map((id) => `${id} ${rule} @0`).toSorted());
    const other = of(calls(a), [{ at: 'x' }], more);
    expect(other.found).toEqual(
      changed.map((id) => `${id} ${rule.replace('lost', 'changed')} @0`).toSorted(),
    );
  });

  it('with two of them, also their order', () => {
    expect(of(calls(a, b), [a, b]).judged).toEqual(['E22', 'E22i', 'E31', 'E31i', 'E5', 'E7']);
    expect(of(calls(a, b), [a, b], checkpoint).judged).toEqual(['E22', 'E22i', 'E32', 'E50', 'E7']);
  });

  it('nothing where there was none', () => {
    expect(of([], [])).toEqual({ found: [], judged: [], texts: [] });
  });

  it('not that it was lost, where this viewer was owed none of it', () => {
    expect(of(calls(a), [], { due: [] })).toEqual({ found: [], judged: [], texts: [] });
    expect(of(calls(a), [a], { due: [] })).toEqual({ found: [], judged: ['E22i', 'E5', 'E7'], texts: [] });
  });
});

describe('each call of the worker is one event', () => {
  const lost = (at: number) => [`E22 lost progress @${at}`, `E31 lost progress @${at}`];
  it.each([
    ['all are there', [a, b, c], [a, b, c], []],
    ['one is missing', [a, b, c], [a, c], lost(1)],
    ['all are missing', [a, b], [], lost(0)],
    ['one is there in place of another', [a, b], [b, b], [...lost(1), 'E22i twice @1']],
    ['one comes twice', [a, b], [a, a, b], ['E22i twice @1']],
    ['one comes twice, and later', [a, b], [a, b, a], ['E22i twice @2']],
    ['one comes three times', [a], [a, a, a], ['E22i twice @1', 'E22i twice @2']],
    ['two are alike and both are there', [a, a], [a, a], []],
    ['two are alike and one is missing', [a, a], [a], lost(0)],
    ['two are alike and come once more', [a, a], [a, a, a], ['E22i twice @2']],
    ['two come in each other’s place', [a, b], [b, a], ['E22i order @1', 'E31i order @1']],
    ['the first is late', [a, b, c], [b, c, a], ['E22i order @2', 'E31i order @2']],
    [
      'the last is early',
      [a, b, c],
      [c, a, b],
      ['E22i order @1', 'E22i order @2', 'E31i order @1', 'E31i order @2'],
    ],
    ['what is alike has no order', [a, a, b], [b, a, a], []],
    ['one was changed', [a, b], [a, { at: 'x' }], ['E5 changed progress @1', 'E7 changed progress @1']],
    [
      'two were changed alike',
      [a, b],
      [null, null],
      ['E5', 'E5', 'E7', 'E7'].map((id, at) => `${id} changed progress @${at % 2}`),
    ],
    ['data is missing', [a], [undefined], ['E5 changed progress @0', 'E7 changed progress @0']],
    [
      'one was changed, and still bears its number',
      [a, b],
      [{ n: 2 }, a],
      ['E5 changed progress @0', 'E7 changed progress @0', 'E22i order @1', 'E31i order @1'],
    ],
    [
      'a number in text is no number',
      [{ n: '1' }, b],
      [{ n: '1', x: 1 }, b],
      ['E5 changed progress @0', 'E7 changed progress @0'],
    ],
    ['there is one that nobody asked for', [a], [a, { at: 'x' }], ['E22i unasked progress @1']],
    ['the only one is one that nobody asked for', [], [{ at: 'x' }], ['E22i unasked progress @0']],
    [
      'one is not what was sent, and one is too many',
      [a, b],
      [{ at: 'x' }, a, b],
      ['E22i unasked progress @0'],
    ],
  ])('%s', (_, sent, got, found) => {
    expect(of(calls(...sent), got).found).toEqual(found.toSorted());
  });

  it('holds for any number of calls: whatever was left out, doubled or swapped is found, and nothing else', () => {
    const bodies = fc.uniqueArray(fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>, {
      minLength: 2,
      maxLength: 6,
      selector: (body) => JSON.stringify(body),
    });
    // Numbers that JSON writes alike are alike.
    const made = bodies.map((all) =>
      all.map((body, at) => ({ at, body: JSON.parse(JSON.stringify(body)) as Json })),
    );
    const found = (sent: readonly Json[], got: readonly Json[]) =>
      new Set(of(calls(...sent), got).found.map((one) => one.split(' @')[0]));
    fc.assert(
      fc.property(made, fc.nat(), (sent, place) => {
        const at = place % (sent.length - 1);
        expect(found(sent, sent)).toEqual(new Set());
        expect(found(sent, sent.toSpliced(at, 1))).toEqual(
          new Set(['E22 lost progress', 'E31 lost progress']),
        );
        expect(found(sent, sent.toSpliced(at, 0, ...sent.slice(at, at + 1)))).toEqual(
          new Set(['E22i twice']),
        );
        expect(found(sent, sent.toSpliced(at, 2, ...sent.slice(at, at + 2).reverse()))).toEqual(
          new Set(['E22i order', 'E31i order']),
        );
        expect(found(sent, sent.toSpliced(at, 1, { at: -1, body: null }))).toEqual(
          new Set(['E5 changed progress', 'E7 changed progress']),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('has no order to be kept where the calls were under way together', () => {
    const [one, two] = calls(a, b) as [Update, Update];
    expect(of([one, { ...two, began: 1 }], [b, a]).found).toHaveLength(2);
    expect(of([one, { ...two, began: 0 }], [b, a]).found).toEqual([]);
  });

  it('is told, in words, by what was sent and what came', () => {
    expect(of(calls(a, b), [a]).texts).toEqual(
      Array(2).fill('2 progress events of job, one for each call of the worker: 1'),
    );
    expect(of(calls(a), [a, {}]).texts).toEqual(['1 of them: {}']);
    expect(of(calls('x'), ['y']).texts).toEqual(Array(2).fill('data "x": "y"'));
    expect(of(calls('x'), ['x', 'x']).texts).toEqual(['each call of the worker once: "x" again']);
    expect(of(calls('x', 'y'), ['y', 'x']).texts).toEqual(
      Array(2).fill('the order of the calls: "x" after a later one'),
    );
  });
});

describe('what others asked for, and were not refused,', () => {
  it.each([
    ['may come', [], [b], [b], []],
    ['may come beside what is ours', [a], [a, b], [a, b], []],
    ['may be the same once more', [a], [a, a], [a, a], []],
    ['is no more than that', [a], [a, a], [a, a, a], ['E22i twice @2']],
    ['need not come', [a], [a, b], [a], []],
    ['changes nothing in what nobody asked for', [a], [a, b], [a, c], ['E22i unasked progress @1']],
  ])('%s', (_, sent, asked, got, found) => {
    expect(of(calls(...sent), got, { asked: () => asked }).found).toEqual(found);
  });

  it('does not tell whether what we send is kept', () => {
    expect(of([], [b], { asked: () => [b] }).judged).toEqual(['E22i']);
  });
});

describe('whose data is hidden can be counted', () => {
  const hidden = { type: 'checkpoint', scope: 'stripped' } as const;
  it.each([
    ['as many as were sent', [a, b], [null, null], []],
    ['one too few', [a, b], [null], ['E22 lost checkpoint @0', 'E32 lost checkpoint @0']],
    ['one too many', [a], [null, null], ['E22i unasked checkpoint @1']],
    ['two too many', [a], [null, null, null], ['E22i unasked checkpoint @1', 'E22i unasked checkpoint @2']],
  ])('%s', (_, sent, got, found) => {
    expect(of(calls(...sent), got, hidden).found).toEqual(found);
  });

  it('and what others asked for counts', () => {
    expect(of(calls(a), [null, null], { ...hidden, asked: () => [a, b] }).found).toEqual([]);
    const { found, texts } = of(calls(a), [null, null, null], { ...hidden, asked: () => [a, b] });
    expect(found).toEqual(['E22i unasked checkpoint @2']);
    expect(texts).toEqual(['2 of them: number 3']);
  });
});
