import { describe, expect, it } from 'vitest';
import { emitIn } from '../../../contract/emit-dialect.ts';
import { loadContract } from '../../../contract/load.ts';
import { expectedBy, said, shownBy } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { aboutLow, aboutSpace, writtenViewer } from '../written-viewer.ts';
import { schema } from './schema.ts';

const { emit } = await loadContract();
const monitors = new Map(['emit@1', 'emit@2', 'emit@3'].map((one) => [one, schema(emitIn(emit, one), one)]));
const monitorOf = (dialect: string) => {
  const monitor = monitors.get(dialect);
  if (!monitor) throw new Error(`no ${dialect}`);
  return monitor;
};
const viewer = writtenViewer('viewer');
const low = writtenViewer('low', aboutLow);
const space = writtenViewer('space', aboutSpace);
const stranger = writtenViewer('stranger', { stream: 'none' });
const about = { ...viewer.about, ...low.about, ...space.about, ...stranger.about };
const timestamp = '2026-02-24T10:00:00.000Z';

const of = (events: readonly NewEvent[], dialect = 'emit@1', who: object = about) => {
  const { found, judged } = said(monitorOf(dialect), { events, about: who as typeof about });
  return { found: found.toSorted(), judged: judged.map((one) => one.split(' ')[0]).toSorted() };
};
const found = (...events: readonly NewEvent[]) => of(events).found;
const right = (type: string, status: string, more: object = {}, who = viewer): NewEvent =>
  who.event(type, { status, timestamp, ...more });
const acked = (more: object = {}, who = viewer) => right('acked', 'running', more, who);
const none = { found: [], judged: [] };

describe('every frame is text, and one JSON object', () => {
  it.each([
    ['no JSON', viewer.frame('hello'), ['E1 not-an-object @0']],
    ['a list', viewer.says([{}]), ['E1 not-an-object @0']],
    ['a text', viewer.says('x'), ['E1 not-an-object @0']],
    ['bytes', viewer.binary(JSON.stringify({ type: 'acked' })), ['E1i binary @0']],
  ])('%s', (_, event, found) => {
    expect(of([event])).toEqual({ found, judged: ['E1', 'E1i'] });
  });

  it('is judged of frames of streams alone', () => {
    expect(of([viewer.opened])).toEqual(none);
    expect(of([stranger.frame('hello')])).toEqual(none);
  });

  it('shows its beginning', () => {
    const shown = (event: NewEvent) => shownBy(monitorOf('emit@1'), { events: [event], about });
    expect(shown(viewer.frame('x'.repeat(200)))).toEqual(['x'.repeat(120)]);
    expect(shown(viewer.binary('hello'))).toEqual(['a binary frame of 5 bytes']);
  });
});

describe('an event is as the schema of its type says', () => {
  it('and shows what that schema asks', () => {
    const { found, judged } = of([acked()]);
    expect(found).toEqual([]);
    expect(judged).toEqual(expect.arrayContaining(['E1', 'E1i', 'E25', 'E26', 'E30', 'E8']));
  });

  it.each([
    ['no id', acked({ jobId: undefined }), ['E25 schema  @0']],
    ['no text for a name', acked({ jobName: 1 }), ['E25 schema /jobName @0']],
    ['another status', acked({ status: 'pending' }), ['E30 schema /status @0']],
    ['data where there is none', acked({ data: { x: 1 } }), ['E37 schema /data @0']],
    ['a type that nobody knows', right('x', 'running'), ['E28 schema /type @0']],
    ['a type that every object has', right('constructor', 'running'), ['E28 schema /type @0']],
    ['a type that is no text', right('x', 'running', { type: 1 }), ['E8 schema /type @0']],
    ['all right', right('completed', 'completed', { data: 1 }), []],
  ])('%s', (_, event, expected) => {
    expect([...new Set(found(event))]).toEqual(expected);
  });

  it('in words', () => {
    const events = [acked({ timestamp: undefined }), acked({ jobName: 1 })];
    const [missing, wrong] = expectedBy(monitorOf('emit@1'), { events, about });
    expect(missing).toBe('the key "timestamp"');
    expect(wrong).toMatch(/ at \/jobName$/);
  });
});

describe('what a stripped viewer gets is closed', () => {
  const completed = (more: object = {}) => right('completed', 'completed', { data: null, ...more }, low);
  it.each([
    ['as it should be', completed(), []],
    ['another key', completed({ hint: 1 }), ['E6 schema  @0']],
    ['data', completed({ data: { x: 1 } }), ['E39 schema /data @0']],
    ['what it may see whole', right('progress', 'running', { data: { x: 1 }, hint: 1 }, low), []],
    ['to a reader a key more is none too many', right('completed', 'completed', { hint: 1, data: 1 }), []],
  ])('%s', (_, event, expected) => {
    expect([...new Set(found(event))]).toEqual(expected);
  });

  it('whoever was let in before its version was known, by the rules of that version', () => {
    const who = (credential: string, stream = 'job') => ({
      viewer: { stream, credential, job: '', space: '' },
    });
    const kept = right('completed', 'completed', { data: { x: 1 } });
    const ids = (dialect: string, credential: string, stream?: string) => [
      ...new Set(of([kept], dialect, who(credential, stream)).found.map((one) => one.split(' ')[0])),
    ];
    expect(ids('emit@1', 'progress')).toEqual(['E39']);
    expect(ids('emit@1', 'read')).toEqual([]);
    expect(ids('emit@1', 'none')).toEqual([]);
    expect(ids('emit@3', 'none')).toContain('E62');
    expect(ids('emit@1', 'progress', 'space')).toEqual([]);
    expect(of([kept], 'emit@1', { viewer: { stream: 'job' } }).found).toEqual([]);
  });

  it('what is withheld from it and came all the same is another rule’s finding, whatever it looks like', () => {
    expect(of([right('acked', 'x', {}, low)], 'emit@2').found).toEqual([]);
    expect(of([right('acked', 'x', {}, low)], 'emit@2').judged).toEqual(['E1', 'E1i']);
    expect(of([right('x', 'x', {}, low)], 'emit@2').found).toEqual([]);
    expect(of([right('acked', 'x')], 'emit@2').found).not.toEqual([]);
  });
});

describe('types beyond the table', () => {
  it('are let be where a version has further ones', () => {
    expect(of([right('x', 'x')], 'emit@3')).toEqual({ found: [], judged: ['E1', 'E1i'] });
    expect(of([right('x', 'x')], 'emit@2').found).not.toEqual([]);
    expect(of([right('x', 'x', { type: 1 })], 'emit@3').found).not.toEqual([]);
  });
});

describe('on a space stream', () => {
  const event = (type: string, status: string, more: object = {}) => right(type, status, more, space);
  it.each([
    ['the creation of a job has a type that nobody knows', [event('made', 'pending')], []],
    [
      'its creation has a status as any event',
      [event('made', 'pending', { status: 1 })],
      ['E8 schema /status @0'],
    ],
    [
      'later such a type is none of the nine',
      [event('made', 'pending'), event('x', 'running')],
      ['E28i unknown-type @1'],
    ],
    [
      'another job is announced for itself',
      [event('made', 'pending'), event('made', 'pending', { jobId: 'other' })],
      [],
    ],
    ['an event of the table may come first, and again', [acked({}, space), acked({}, space)], []],
    [
      'a type that is no text is none',
      [acked({}, space), event('x', 'running', { type: 1 })],
      ['E8 schema /type @1'],
    ],
    ['progress bears its data', [event('progress', 'running', { data: { n: 1 } })], []],
    ['progress without data', [event('progress', 'running')], ['E43 data @0', 'E5 schema  @0']],
    [
      'an end whose data is null',
      [event('dead', 'dead', { data: null })],
      ['E35 schema /data @0', 'E43 data @0'],
    ],
    [
      'a status that is wrong is no matter of data',
      [event('progress', 'pending', { data: {} })],
      ['E38 schema /status @0'],
    ],
    ['data where there is none is no matter of it', [acked({ data: 1 }, space)], ['E37 schema /data @0']],
  ])('%s', (_, events, expected) => {
    expect([...new Set(found(...events))]).toEqual(expected);
  });

  it('events with data show that they have it, and any event that its type is known', () => {
    const judged = (one: NewEvent) => of([one]).judged.filter((id) => id === 'E43' || id === 'E28i');
    expect(judged(event('progress', 'running', { data: {} }))).toEqual(['E28i', 'E43']);
    expect(judged(acked({}, space))).toEqual(['E28i']);
    expect(judged(event('made', 'pending'))).toEqual(['E28i']);
    expect(judged(event('constructor', 'pending'))).toEqual(['E28i']);
    expect(judged(right('progress', 'running', { data: {} }))).toEqual([]);
  });

  it('a reader of a job owes no data to it', () => {
    expect(found(right('progress', 'running')).filter((one) => one.startsWith('E43'))).toEqual([]);
  });

  const begins = space.event('connected', { jobId: undefined, jobName: undefined });
  it('what it begins with is judged elsewhere, where a version speaks of it or leaves it open', () => {
    for (const dialect of ['emit@2', 'emit@3']) {
      expect(of([begins], dialect)).toEqual({ found: [], judged: ['E1', 'E1i'] });
      expect(of([acked({}, space), begins], dialect).found).toEqual([]);
    }
    expect(found(begins)).not.toEqual([]);
    expect(of([acked({}, space), space.says({ type: 'x' })], 'emit@2').found).not.toEqual([]);
    expect(of([space.says({ type: 'x' })], 'emit@2').found).toEqual([]);
    expect(of([viewer.says({ type: 'connected' })], 'emit@2').found).not.toEqual([]);
  });

  it('but not where it is about a job', () => {
    expect(of([space.event('acked')], 'emit@2').found).not.toEqual([]);
  });
});

describe('what may be said', () => {
  it('is asked of that version', () => {
    const checks = monitorOf('emit@1').checks;
    expect(new Set(checks).size).toBe(checks.length);
    expect(checks).toEqual(
      expect.arrayContaining(['E1', 'E1i', 'E28i', 'E43', 'E8', 'E25', 'E6', 'E39', 'E28']),
    );
    expect(checks).not.toContain('E62');
    expect(monitorOf('emit@2').checks).toContain('E62');
    expect(monitorOf('emit@2').checks).not.toContain('E39');
  });

  it('is asked of any version where nothing says of which', () => {
    const requirements = emit.requirements.map((one) => ({ ...one, applies: {} }));
    expect(schema({ ...emit, requirements }, 'emit@1').checks).toEqual(
      expect.arrayContaining(['E1', 'E8', 'E39']),
    );
  });

  it('and where what a schema says is not, an event is still no whole one', () => {
    expect(monitorOf('emit@2').checks).not.toContain('E8');
    expect(found(acked({ status: 1 }))).toContain('E8 schema /status @0');
    expect(of([acked({ status: 1 })], 'emit@2').found).toContain('E25 schema /status @0');
  });
});
