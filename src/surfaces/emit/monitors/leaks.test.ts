import { describe, expect, it } from 'vitest';
import { emitRulesIn } from '../../../contract/emit-dialect.ts';
import { loadContract } from '../../../contract/load.ts';
import { said, shownBy } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { aboutLow, writtenViewer } from '../written-viewer.ts';
import { leaks } from './leaks.ts';

const { emit } = await loadContract();
const low = writtenViewer('low', aboutLow);
const viewer = writtenViewer('viewer');
const about = { ...low.about, ...viewer.about };
const canaries = {
  'checkpoint:a': 'canary-of-checkpoint',
  'result:a': 'canary-of-result',
  'error:a': 'canary-of-error',
  'other:a': 'canary-of-other',
};
const of = (event: NewEvent, dialect = 'emit@1') => {
  const { found, judged } = said(leaks(emitRulesIn(emit.rules, dialect)), {
    events: [event],
    about,
    canaries,
  });
  return { found: found.toSorted(), judged: judged.toSorted() };
};
const holding = (type: string, secret: string, who = low): NewEvent =>
  who.event(type, { data: { deep: [secret] } });

describe('no frame of a progress viewer holds what was planted', () => {
  it.each([
    ['checkpoint', 'checkpoint', ['E12 leak checkpoint @0']],
    ['completed', 'result', ['E10 leak result @0']],
    ['dead', 'error', ['E11 leak error @0']],
    ['retried', 'error', ['E13 leak error @0']],
    ['progress', 'checkpoint', ['E12 leak checkpoint @0']],
    ['acked', 'result', ['E10 leak result @0']],
    ['completed', 'error', ['E11 leak error @0', 'E13 leak error @0']],
    ['x', 'error', ['E11 leak error @0', 'E13 leak error @0']],
    ['completed', 'other', []],
  ])('in an event %s, of what was planted in a %s', (type, kind, found) => {
    expect(of(holding(type, `canary-of-${kind}`)).found).toEqual(found);
  });

  it('be it no event at all, or in bytes, or disguised in them', () => {
    const found = ['E10 leak result @0'];
    expect(of(low.frame('canary-of-result')).found).toEqual(found);
    expect(of(low.binary('{"type":"progress","x":"canary-of-result"}')).found).toEqual(found);
    expect(of(low.binary(JSON.stringify({ type: 'progress', x: 'canary-%6ff-result' }))).found).toEqual(
      found,
    );
    expect(of(low.binary('{"type":"progress","x":"canary\\u002dof-result"}')).found).toEqual(found);
    expect(of(low.frame('{"type":"progress","x":"canary\\u002dof-result"}')).found).toEqual(found);
  });

  it('several of them', () => {
    const found = ['E10 leak result @0', 'E12 leak checkpoint @0'];
    expect(of(holding('progress', 'canary-of-result canary-of-checkpoint')).found).toEqual(found);
  });

  it('says where, and as what', () => {
    const shown = (event: NewEvent) => shownBy(leaks(emit.rules), { events: [event], about, canaries });
    expect(shown(low.frame('canary-of-result'))).toEqual([
      'a planted secret in a typeless event (canary "result:a", plain, byte 0)',
    ]);
    expect(shown(low.frame('{"type":"progress","x":"canary\\u002dof-result"}'))).toEqual([
      'a planted secret in a progress event (canary "result:a", escaped)',
    ]);
  });
});

describe('is judged by the event that would carry it', () => {
  it.each([
    ['checkpoint', ['E12 low']],
    ['completed', ['E10 low']],
    ['dead', ['E11 low']],
    ['retried', ['E13 low']],
    ['progress', []],
    ['acked', []],
  ])('%s', (type, judged) => {
    expect(of(low.event(type))).toEqual({ found: [], judged });
  });

  it('where that is withheld, by any', () => {
    const { rules } = emit;
    const second = (type: string) => of(low.event(type), 'emit@2').judged;
    const hidden = ['E63 low', 'E64 low', 'E65 low'];
    expect(second('progress')).toEqual(hidden);
    expect(second('completed')).toEqual(['E61 low', ...hidden]);
    expect(leaks(emitRulesIn(rules, 'emit@2')).checks.toSorted()).toEqual(['E61', 'E63', 'E64', 'E65']);
    expect(leaks(rules).checks.toSorted()).toEqual(['E10', 'E11', 'E12', 'E13']);
    expect(of(holding('progress', 'canary-of-error'), 'emit@2').found).toEqual([
      'E63 leak error @0',
      'E65 leak error @0',
    ]);
  });
});

it('where one of two carriers is withheld, by the other', () => {
  const { retried } = emit.rules.events;
  if (!retried) throw new Error('there is no retried');
  const withheld = { ...retried, data: { ...retried.data, stripped: { withheld: ['X'], hidden: ['E13'] } } };
  const rules = { ...emit.rules, events: { ...emit.rules.events, retried: withheld } };
  const judged = (type: string) =>
    said(leaks(rules), { events: [low.event(type)], about, canaries }).judged.toSorted();
  expect(judged('progress')).toEqual([]);
  expect(judged('dead')).toEqual(['E11 low']);
});

it('who sees the whole may see it, and what is no frame tells nothing', () => {
  const none = { found: [], judged: [] };
  expect(of(holding('completed', 'canary-of-result', viewer))).toEqual(none);
  expect(of({ ...low.closed(1000), reason: 'canary-of-result' } as NewEvent)).toEqual(none);
});
