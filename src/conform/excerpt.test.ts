import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { on, written } from '../suite/written-recording.ts';
import type { WireEvent } from '../wire/event.ts';
import { aResult } from './a-result.ts';
import { excerpt, line } from './excerpt.ts';

const { opened, frame, closed } = on('viewer');
const recording = written({
  scene: 'emit/a-scene',
  events: [
    opened,
    ...[1, 2, 3, 4].map((n) => frame(`"${n}"`)),
    on('other').frame('"5"'),
    frame('"6"'),
    closed(1000),
  ],
});
const recordings = { of: (_: string, scene: string) => (scene === recording.scene ? recording : undefined) };
const found = (frameAt?: number, scene?: string) =>
  aResult('failed', {
    findings: [
      {
        rule: 'wrong',
        expected: 'right',
        actual: 'wrong',
        ...(frameAt === undefined ? {} : { frame: frameAt }),
        ...(scene === undefined ? {} : { scene }),
      },
    ],
  });

describe('an excerpt', () => {
  it('shows the frame of the finding, three events before it and one after, on its connection', () => {
    expect(excerpt(recordings, found(4)).map((text) => text.replace(/[\d.]+ ms/, ''))).toEqual([
      '  viewer   ← "1"',
      '  viewer   ← "2"',
      '  viewer   ← "3"',
      '→ viewer   ← "4"',
      '  viewer   ← "6"',
    ]);
  });

  it('shows another scene’s wire where the finding is of that', () => {
    expect(excerpt(recordings, { ...found(4, 'emit/a-scene'), scene: null })).toHaveLength(5);
  });

  it.each([
    ['the finding has no frame', found()],
    ['the frame is not there', found(99)],
    ['the scene was not recorded', found(4, 'emit/another')],
    ['there is no finding', aResult('untestable')],
  ])('is empty where %s', (_, result) => {
    expect(excerpt(recordings, result)).toEqual([]);
  });
});

it('is a line of at most 200 characters, whatever happened', () => {
  const stamp = { seq: 0, at: 1, peer: 'viewer' };
  const events = fc
    .string({ maxLength: 400 })
    .chain((text) =>
      fc.constantFrom<WireEvent>(
        { ...stamp, kind: 'dial', url: text, headers: {} },
        { ...stamp, kind: 'refused', status: 403, headers: {}, body: text },
        { ...stamp, kind: 'unreachable', why: 'garbled', error: text },
        { ...stamp, kind: 'sent', text, binary: false },
        { ...stamp, kind: 'frame', text, binary: false, bytes: text.length },
        { ...stamp, kind: 'frame', text, binary: true, bytes: text.length },
        { ...stamp, kind: 'ping', by: 'us' },
        { ...stamp, kind: 'closed', by: 'them', code: 1000, reason: text },
        { ...stamp, kind: 'timer', what: text, ms: 1 },
        { ...stamp, kind: 'fact', name: 'fact', value: text },
      ),
    );
  fc.assert(
    fc.property(events, fc.boolean(), (event, marked) => {
      expect(line(event, marked).length).toBeLessThanOrEqual(200);
    }),
  );
});

it('is cut at 200 characters, and says so by its last', () => {
  const { at, peer, seq } = { at: 1, peer: 'viewer', seq: 0 };
  const cut = line({ at, peer, seq, kind: 'sent', text: 'x'.repeat(400), binary: false });
  expect([cut.length, cut.at(-1)]).toEqual([200, '…']);
});

describe('the line of an event', () => {
  const stamp = { seq: 0, at: 12.34, peer: 'viewer' };
  it.each<[string, WireEvent]>([
    ['dial ws://there', { ...stamp, kind: 'dial', url: 'ws://there', headers: {} }],
    ['← 101', { ...stamp, kind: 'opened', headers: {} }],
    ['← 403 no', { ...stamp, kind: 'refused', status: 403, headers: {}, body: 'no' }],
    ['→ hello', { ...stamp, kind: 'sent', text: 'hello', binary: false }],
    ['→ binary 00ff', { ...stamp, kind: 'sent', text: '00ff', binary: true }],
    ['← hello', { ...stamp, kind: 'frame', text: 'hello', binary: false, bytes: 5 }],
    ['← binary, 5 bytes', { ...stamp, kind: 'frame', text: '', binary: true, bytes: 5 }],
    ['→ ping', { ...stamp, kind: 'ping', by: 'us' }],
    ['← pong', { ...stamp, kind: 'pong', by: 'them' }],
    ['closed by them, 1000 bye', { ...stamp, kind: 'closed', by: 'them', code: 1000, reason: 'bye' }],
  ])('says who did what: %s', (what, event) => {
    expect(line(event)).toBe(`  viewer 12.3 ms  ${what}`);
    expect(line(event, true)).toBe(`→ viewer 12.3 ms  ${what}`);
  });

  it('of 200 characters stands as it is', () => {
    const sent = (length: number): WireEvent => ({
      ...stamp,
      kind: 'sent',
      text: 'x'.repeat(length),
      binary: false,
    });
    const room = 200 - line(sent(0)).length;
    expect([line(sent(room)).at(-1), line(sent(room + 1)).at(-1)]).toEqual(['x', '…']);
    expect(line(sent(room + 1))).toBe(`${line(sent(room)).slice(0, 199)}…`);
  });
});

it('begins at the first event of a connection, though the finding is near it', () => {
  expect(excerpt(recordings, found(0))).toHaveLength(2);
  expect(excerpt(recordings, found(1))).toHaveLength(3);
});

it('is empty where the finding is of no scene', () => {
  expect(excerpt(recordings, { ...found(4), scene: null })).toEqual([]);
});
