import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { InputError } from '../../contract/contract.ts';
import { loadContract } from '../../contract/load.ts';
import type { LoadResult } from '../verdict/load-result.ts';
import { EventStream } from './event-stream.ts';
import { eventsOf, type LoadEvent } from './load-events.ts';
import { isLoad, readLoad } from './read-load.ts';
import { resultJson } from './result-json.ts';
import { failedLoad, leakedLoad, passedLoad, sampleLoads } from './sample-load.ts';
import { deliveredText, isClaimed } from './standing.ts';

const { formats } = await loadContract();
const linesOf = (events: readonly LoadEvent[]): string =>
  events.map((one) => `${JSON.stringify(one)}\n`).join('');
const read = (text: string, partial = false): LoadResult => readLoad('e.ndjson', text, formats, partial);

/** Small enough to be cut at many places: two stages of three seconds. */
const small: LoadResult = {
  ...passedLoad,
  stages: passedLoad.stages.slice(0, 2).map(({ windows, ...stage }) => ({
    ...stage,
    ...{ windows: windows.slice(0, 3), system: [], lag: [], latency: {}, positions: {}, sentinel: null },
    ...{ floor: { before: null, after: null }, blind: null },
  })),
};

it.each(
  Object.entries(sampleLoads).filter(([, { gates }]) => gates.every(({ value }) => value !== Infinity)),
)('%s: a stream that ends tells the same as the result', (_, load) => {
  const text = linesOf(eventsOf(load));
  expect(read(text, true)).toEqual(load);
  expect(read(text, true)).toEqual(read(resultJson(load), true));
});

it('tells a load run from a run of conformance, by the format it names', () => {
  expect(isLoad(resultJson(passedLoad))).toBe(true);
  expect(isLoad(linesOf(eventsOf(small)))).toBe(true);
  expect(isLoad('{"event":"header","format":"plumbline-load/1"}\n{"event":"win')).toBe(true);
  expect(isLoad('{"format":"plumbline-result/1"}')).toBe(false);
  expect(isLoad('{"event":"header","format":"plumbline-result/1"}\n{}\n')).toBe(false);
  expect(isLoad('format: plumbline-load/1')).toBe(false);
  expect(isLoad('')).toBe(false);
});

it('killed at any byte it is refused, and as a part never green, nor shows anything as claimed', () => {
  const stream = linesOf(eventsOf(small));
  const first = stream.indexOf('\n') + 1;
  const footer = stream.lastIndexOf('{"event":"footer"');
  fc.assert(
    fc.property(fc.integer({ min: first, max: footer + 5 }), (at) => {
      const text = Buffer.from(stream).subarray(0, at).toString('utf8');
      expect(() => read(text)).toThrow(InputError);
      const part = read(text, true);
      expect([part.complete, part.exit, part.verdict]).toEqual([false, 3, 'incomplete']);
      expect(isClaimed(part)).toBe(false);
      expect(part.stages.length).toBeLessThanOrEqual(2);
    }),
  );
});

it('shows a stage that was not over by its windows, with distributions and without accounts', () => {
  const [header, started, window] = eventsOf(small);
  if (header?.event !== 'header' || started?.event !== 'stage-started' || window?.event !== 'window')
    throw new Error('not as expected');
  const told = (second: number, count: number): LoadEvent => ({
    ...window,
    window: { ...window.window, second, publishes: 20, deliveries: 1000, connections: 50 },
    histograms: [
      { position: 'first', pairs: [100, count], overflow: 0 },
      { position: 'last', pairs: [900, count], overflow: 1 },
      { position: 'bulk', pairs: [500, 10 * count], overflow: 0 },
    ],
  });
  const part = read(linesOf([header, started, told(0, 3), told(1, 4), told(4, 1)]), true);
  const [stage] = part.stages;
  expect(stage).toMatchObject({ name: '50', unfinished: true, durationMs: 5000 });
  expect(stage?.latency.delivery).toMatchObject({
    count: 19,
    p50: 0.9,
    p99: Infinity,
    pairs: [100, 8, 900, 8],
    overflow: 3,
  });
  expect(stage?.latency.bulk).toMatchObject({ count: 80, p50: 0.5 });
  expect(Object.keys(stage?.positions ?? {})).toEqual(['first', 'last']);
  expect(stage?.publishes.sent).toBe(60);
  expect(stage && deliveredText(stage)).toBe('not known');
  expect(part.durationMs).toBe(25_000);
});

it('fails also as a part, where something was found that no generator can cause', () => {
  const events = eventsOf({ ...small, findings: leakedLoad.findings });
  const part = read(linesOf(events.filter(({ event }) => event !== 'verdict' && event !== 'footer')), true);
  expect(part).toMatchObject({ verdict: 'fail', exit: 1, complete: false });
  expect(part.findings).toEqual(leakedLoad.findings);
});

it('without its footer believes a verdict only if that is red', () => {
  const withoutEnd = (load: LoadResult) => read(linesOf(eventsOf(load).slice(0, -1)), true);
  expect(withoutEnd({ ...small })).toMatchObject({ verdict: 'incomplete', exit: 3, complete: false });
  const red = { ...small, verdict: 'fail', exit: 1, reason: failedLoad.reason } as const;
  expect(withoutEnd(red)).toMatchObject({
    verdict: 'fail',
    exit: 1,
    reason: failedLoad.reason,
    complete: false,
  });
});

it.each([
  ['a broken line in the midst', linesOf(eventsOf(small)).replace('\n{', '\n{{'), /^e\.ndjson:2: /],
  [
    'an event of something else',
    `${linesOf(eventsOf(small))}{"event":"login"}\n`,
    /^e\.ndjson:\d+: no event/,
  ],
  [
    'a line with a key more',
    linesOf(eventsOf(small)).replace('{"event":"window",', '{"event":"window","x":1,'),
    /^e\.ndjson:3: .*"x"/,
  ],
  ['a stream without a header', linesOf(eventsOf(small).slice(1)), /^e\.ndjson:1: no header/],
])('is not %s: one message, with file and line', (_, text, message) => {
  expect(() => read(text, true)).toThrow(InputError);
  expect(() => read(text, true)).toThrow(message);
});

it('is written a line at a time, each of them there at once, and never over another one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-events-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'events.ndjson');
  const stream = new EventStream(file);
  let text = '';
  for (const event of eventsOf(small)) {
    stream.write(event);
    text += `${JSON.stringify(event)}\n`;
    expect(readFileSync(file, 'utf8')).toBe(text);
  }
  stream.close();
  stream.close();
  expect(() => new EventStream(file)).toThrow('EEXIST');
  expect(read(readFileSync(file, 'utf8'))).toEqual(small);
});
