import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../wire/event.ts';
import { absent } from './absence.ts';
import { View } from './view.ts';
import { on, written } from './written-recording.ts';

const watcher = on('watcher');
const witness = on('witness');

const theirs = '"of the other job"';
const ours = '"of our own job"';

/** Judges that the watcher saw nothing of the other job, which ended when the witness said so. */
function judged(...events: readonly NewEvent[]) {
  const view = new View(written({ events, peers: ['watcher', 'witness'] }));
  return absent(view, {
    rule: 'foreign',
    what: 'event of the other job',
    watcher: 'watcher',
    forbidden: ({ text }) => text === theirs,
    witness: view.frames('witness', ({ text }) => text === theirs).at(-1),
    witnessed: 'the end of the other job',
    fence: (event) => event.kind === 'frame' && event.text === ours,
    grade: 'a later event of its own job',
  });
}

describe('absence', () => {
  it('is proven by a witness, and by a fence after it', () => {
    expect(judged(witness.frame(theirs), watcher.frame(ours))).toMatchObject({
      kind: 'passed',
      rests: ['watcher', 'witness'],
      note: 'fence: a later event of its own job',
    });
  });

  it('is not proven where nobody saw that it happened', () => {
    expect(judged(watcher.frame(ours))).toMatchObject({
      kind: 'untestable',
      reason: expect.stringContaining('no witness'),
    });
  });

  it.each([
    ['nothing reached the watcher', []],
    ['something reached the watcher, but no fence', [watcher.frame('"something else"')]],
  ])('is not proven where afterwards %s', (_, after) => {
    expect(judged(witness.frame(theirs), ...after)).toMatchObject({
      kind: 'untestable',
      reason: expect.stringContaining('no fence'),
    });
  });

  it('is not proven by a fence that came before the thing happened', () => {
    expect(judged(watcher.frame(ours), witness.frame(theirs))).toMatchObject({ kind: 'untestable' });
  });

  it('is not proven by a fence on another connection', () => {
    expect(judged(witness.frame(theirs), witness.frame(ours))).toMatchObject({ kind: 'untestable' });
  });

  it.each([
    ['before the fence', [witness.frame(theirs), watcher.frame(theirs), watcher.frame(ours)]],
    ['after the fence', [witness.frame(theirs), watcher.frame(ours), watcher.frame(theirs)]],
    ['before the witness', [watcher.frame(theirs), witness.frame(theirs), watcher.frame(ours)]],
    ['with neither witness nor fence', [watcher.frame(theirs)]],
  ])('is refuted by what was seen %s', (_, events) => {
    const seen = events.findIndex(({ peer, text }) => peer === 'watcher' && text === theirs);
    expect(judged(...events)).toMatchObject({ kind: 'failed', findings: [{ rule: 'foreign', frame: seen }] });
  });
});

it('takes no event for both the witness and the fence after it', () => {
  const view = new View(written({ events: [watcher.frame(ours)] }));
  const [witness] = view.frames('watcher');
  const judgement = absent(view, {
    rule: 'foreign',
    what: 'event of the other job',
    watcher: 'watcher',
    forbidden: ({ text }) => text === theirs,
    witness,
    witnessed: 'the end',
    fence: (event) => event.kind === 'frame',
    grade: 'itself',
  });
  expect(judgement).toMatchObject({ kind: 'untestable', reason: expect.stringContaining('no fence') });
});

it.each([
  ['JSON', '{"a":1}', '{a: number}'],
  ['text', 'no JSON', 'text'],
])('tells the shape of what must not have come: %s', (_, text, shape) => {
  const view = new View(written({ events: [watcher.frame(text)] }));
  const nothing = { rule: 'any', what: 'frame', watcher: 'watcher', witnessed: '', grade: '' } as const;
  const judgement = absent(view, {
    ...nothing,
    forbidden: () => true,
    witness: undefined,
    fence: () => true,
  });
  expect(judgement).toMatchObject({ kind: 'failed', findings: [{ shape }] });
});
