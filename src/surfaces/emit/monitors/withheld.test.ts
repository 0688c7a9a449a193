import { expect, it } from 'vitest';
import { emitRulesIn } from '../../../contract/emit-dialect.ts';
import { loadContract } from '../../../contract/load.ts';
import { said } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { aboutLow, aboutSpace, writtenViewer } from '../written-viewer.ts';
import { withheld } from './withheld.ts';

const { emit } = await loadContract();
const low = writtenViewer('low', aboutLow);
const others = [
  writtenViewer('viewer'),
  writtenViewer('space', { ...aboutSpace, ...aboutLow, ...aboutSpace }),
  writtenViewer('stranger', { scope: 'none' }),
];
const about = Object.assign({}, low.about, ...others.map((one) => one.about));
const of = (event: NewEvent) => {
  const [monitor] = withheld(emitRulesIn(emit.rules, 'emit@2'));
  if (!monitor) throw new Error('nothing is withheld');
  return said(monitor, { events: [event], about });
};
const none = { found: [], judged: [], read: [] };

it.each([
  ...['init', 'progress', 'completed'].map((type) => ({ type, found: [] })),
  ...['delivered', 'acked', 'checkpoint', 'retried', 'dead', 'delivery_timeout', 'x', 'constructor'].map(
    (type) => ({ type, found: [`E60 not-withheld ${type} @0`] }),
  ),
])('a progress viewer is sent three types and no other: $type', ({ type, found }) => {
  expect(of(low.event(type))).toEqual({ found, judged: ['E60 low'], read: [] });
});

it('others are sent more, and what is no event is none of these', () => {
  for (const { event } of others) expect(of(event('acked'))).toEqual(none);
  for (const event of [low.opened, low.frame('hello'), low.says({ type: 1 })])
    expect(of(event)).toEqual(none);
});

it('of a version that withholds nothing nothing is asked', () => {
  expect(withheld(emit.rules)).toEqual([]);
  expect(withheld(emitRulesIn(emit.rules, 'emit@3')).map(({ checks }) => checks)).toEqual([['E60']]);
});
