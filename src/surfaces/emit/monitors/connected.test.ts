import { expect, it } from 'vitest';
import { emitIn } from '../../../contract/emit-dialect.ts';
import { loadContract } from '../../../contract/load.ts';
import { expectedBy, said, shownBy } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { aboutSpace, writtenViewer } from '../written-viewer.ts';
import { connected } from './connected.ts';

const { emit } = await loadContract();
const space = writtenViewer('space', aboutSpace);
const viewer = writtenViewer('viewer');
const of = (...events: readonly NewEvent[]) => {
  const [monitor] = connected(emitIn(emit, 'emit@3'));
  if (!monitor) throw new Error('connected is not asked for');
  const { found, judged } = said(monitor, { events, about: { ...space.about, ...viewer.about } });
  return { found, judged: judged.map((one) => one.split(' ')[0]).toSorted() };
};
const where = (more: object = {}, who = space): NewEvent =>
  who.says({
    type: 'connected',
    seq: 0,
    streamInstanceId: 'x',
    missed: null,
    counts: { pending: 1 },
    ...more,
  });
const ofAll = ['E80', 'E80i', 'E81', 'E81i'];

it.each([
  ['it does', [where(), space.event('acked')], []],
  ['it says so twice', [where(), where()], ['E80i again @1']],
  ['it says so three times', [where(), where(), where()], ['E80i again @1', 'E80i again @2']],
  ['it says so late', [space.event('acked'), where()], ['E80 not-connected @0']],
  ['it lacks something', [where({ seq: undefined })], ['E81 schema  @0']],
  [
    'it is of another kind',
    [where({ seq: -1, streamInstanceId: '' })],
    ['E81i schema /seq @0', 'E81i schema /streamInstanceId @0'],
  ],
  ['what is no frame does not come first', [space.opened, where()], []],
])('a space stream begins with connected, which tells where it stands: %s', (_, events, found) => {
  expect(of(...events)).toEqual({ found, judged: ofAll });
});

it.each([
  ['an event', space.event('acked'), ['E80 not-connected @0']],
  ['no event at all', space.frame('hello'), ['E80 not-connected @0']],
  ['an event of no type', space.says({ type: 1 }), ['E80 not-connected @0']],
])('where it begins with %s, nothing else can be judged', (_, event, found) => {
  expect(of(event)).toEqual({ found, judged: ['E80'] });
});

it('a job stream begins otherwise, and says nothing of it', () => {
  expect(of(viewer.event('init'), where({}, viewer), where({}, viewer))).toEqual({ found: [], judged: [] });
});

it('is not asked for where a version does not ask for it', () => {
  expect(connected(emit)).toEqual([]);
  expect(connected(emitIn(emit, 'emit@2'))).toEqual([]);
  expect(connected(emitIn(emit, 'emit@3')).map(({ checks }) => checks)).toEqual([ofAll]);
});

it('says what was expected and what came', () => {
  const [monitor] = connected(emitIn(emit, 'emit@3'));
  const events = [where({ seq: 'x' }), where({ seq: undefined })];
  expect(monitor && shownBy(monitor, { events, about: space.about })).toEqual([
    '"x"',
    'connected number 2',
    expect.stringContaining('"connected"'),
  ]);
  expect(monitor && expectedBy(monitor, { events, about: space.about })).toEqual([
    'a value of type integer at /seq',
    'connected once',
    'the key "seq"',
  ]);
});
