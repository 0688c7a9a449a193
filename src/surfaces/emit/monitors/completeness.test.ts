import { describe, expect, it } from 'vitest';
import { emitRulesIn } from '../../../contract/emit-dialect.ts';
import type { Json } from '../../../contract/json.ts';
import { loadContract } from '../../../contract/load.ts';
import type { Call } from '../../../suite/recording.ts';
import { said } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { aboutLow, aboutSpace, called, emitJob, jobId, writtenViewer } from '../written-viewer.ts';
import { completeness } from './completeness.ts';

const { emit } = await loadContract();
const monitor = completeness(emit.rules);
const viewer = writtenViewer('viewer');
const low = writtenViewer('low', aboutLow);
const space = writtenViewer('space', aboutSpace);
const about = { ...viewer.about, ...low.about, ...space.about };

/** A request to the REST API of which the answer is there now; each event is a millisecond. */
const exchange = (
  body: Json,
  { id = jobId, verb = 'progress', status = 200, ms = 0, method = 'POST' } = {},
): NewEvent => ({
  kind: 'exchange',
  peer: 'rest',
  method,
  url: `https://a.test/api/v1/jobs/${id}/${verb}`,
  requestHeaders: {},
  requestBody: JSON.stringify(body),
  status,
  headers: {},
  body: '',
  ms,
});
const of = (events: readonly NewEvent[], calls: readonly Call[], job = {}) =>
  said(monitor, { events, about, jobs: emitJob('job', { calls: [...calls], ...job }) });

const init = viewer.event('init', { status: 'running' });
const progress = (n: number, who = viewer): NewEvent => who.event('progress', { data: { n } });
const one = [called('progress', 2, { n: 1 })];
const none = { found: [], judged: [], read: [] };
const lost = (at: number) => [`E31 lost progress @${at}`, `E22 lost progress @${at}`];

describe('what a viewer was owed, it got', () => {
  it('as here', () => {
    const { found, judged } = of([viewer.opened, init, exchange({ n: 1 }), progress(1)], one);
    expect(found).toEqual([]);
    expect(judged.toSorted()).toEqual(['E22', 'E22i', 'E31', 'E5', 'E7'].map((id) => `${id} viewer`));
  });

  it.each([
    ['it did not', [viewer.opened, init, exchange({ n: 1 }), viewer.pong], one, lost(3)],
    [
      'of two calls it got one',
      [viewer.opened, init, exchange({ n: 1 }), exchange({ n: 2 }), progress(1)],
      [...one, called('progress', 3, { n: 2 })],
      lost(4),
    ],
    [
      'it got what is of another job',
      [viewer.opened, init, exchange({ n: 1 }), viewer.event('progress', { jobId: 'other', data: { n: 1 } })],
      one,
      lost(3),
    ],
    [
      'it got another type',
      [viewer.opened, init, exchange({ n: 1 }), viewer.event('acked', { data: { n: 1 } })],
      one,
      lost(3),
    ],
    [
      'a checkpoint is another matter',
      [viewer.opened, init, exchange({ n: 1 }), viewer.event('checkpoint', { data: { n: 1 } })],
      one,
      ['E22i unasked checkpoint @3', ...lost(3)],
    ],
    [
      'it got what has no job in it: the stream tells',
      [
        viewer.opened,
        init,
        exchange({ n: 1 }),
        viewer.event('progress', { jobId: undefined, data: { n: 1 } }),
      ],
      one,
      [],
    ],
    [
      'it got it after the end',
      [viewer.opened, init, exchange({ n: 1 }), viewer.event('completed'), progress(1)],
      one,
      lost(4),
    ],
    [
      'only we ourselves have said it',
      [viewer.opened, init, exchange({ n: 1 }), viewer.sends({ type: 'progress', data: { n: 1 } })],
      one,
      lost(3),
    ],
    [
      'it got it before the end',
      [viewer.opened, init, exchange({ n: 1 }), progress(1), viewer.event('completed')],
      one,
      [],
    ],
    [
      'it got it before another end',
      [viewer.opened, init, exchange({ n: 1 }), viewer.event('dead'), progress(1), viewer.event('completed')],
      one,
      lost(5),
    ],
    [
      'init comes again, which is another rule’s finding',
      [viewer.opened, init, exchange({ n: 1 }), init, progress(1)],
      one,
      [],
    ],
    [
      'a checkpoint was lost',
      [viewer.opened, init, exchange({ n: 1 }, { verb: 'checkpoint' }), viewer.pong],
      [called('checkpoint', 2, { n: 1 })],
      ['E32 lost checkpoint @3', 'E22 lost checkpoint @3'],
    ],
  ])('%s', (_, events, calls, found) => {
    expect(of(events, calls).found.toSorted()).toEqual(found.toSorted());
  });

  it('of a space, of every job in it', () => {
    const events = [
      space.opened,
      exchange({ n: 1 }),
      exchange({ n: 1 }),
      space.event('progress', { data: { n: 1 } }),
    ];
    const jobs = (where: string) => ({
      ...emitJob('job', { calls: [called('progress', 1, { n: 1 })] }),
      ...emitJob('other', { id: 'other', where, calls: [called('progress', 2, { n: 1 })] }),
    });
    expect(said(monitor, { events, about, jobs: jobs('S1') }).found).toEqual(['E40 lost progress @3']);
    expect(said(monitor, { events, about, jobs: jobs('S2') })).toEqual({
      ...none,
      judged: ['E40 space', 'E22i space', 'E43 space'],
    });
  });
});

describe('nothing is owed', () => {
  it.each([
    [
      'to who had another event before, and no init yet',
      [viewer.opened, viewer.event('acked'), exchange({ n: 1 }), init, viewer.pong],
      one,
    ],
    ['to who had no init yet', [viewer.opened, exchange({ n: 1 }), init], [called('progress', 1, { n: 1 })]],
    [
      'to who never had one',
      [viewer.opened, exchange({ n: 1 }), viewer.pong],
      [called('progress', 1, { n: 1 })],
    ],
    [
      'of what was under way when init came',
      [viewer.opened, init, viewer.pong, exchange({ n: 1 }, { ms: 2 })],
      [called('progress', 3, { n: 1 })],
    ],
    ['of what began together with init', [viewer.opened, init, exchange({ n: 1 }, { ms: 1 })], one],
    [
      'of what was not taken',
      [viewer.opened, init, exchange({ n: 1 }, { status: 409 }), viewer.pong],
      [called('progress', 2, { n: 1 }, false)],
    ],
    [
      'of what had no answer',
      [viewer.opened, init, exchange({ n: 1 }, { status: 0 }), viewer.pong],
      [called('progress', 2, { n: 1 }, false)],
    ],
    [
      'of other calls',
      [viewer.opened, init, exchange({ n: 1 }), viewer.pong],
      [called('keepalive', 2), called('ack', 2)],
    ],
    [
      'after we have closed',
      [viewer.opened, init, viewer.closed(1000, 'us'), exchange({ n: 1 })],
      [called('progress', 3, { n: 1 })],
    ],
    [
      'where the server hangs up before the end: that is judged elsewhere',
      [viewer.opened, init, exchange({ n: 1 }), viewer.closed(1006)],
      one,
    ],
    ['of a job on which others work', [viewer.opened, init, progress(1)], []],
  ])('%s', (_, events, calls) => {
    expect(of(events, calls)).toEqual(none);
  });

  it('but is in these cases, which are much like them', () => {
    const at3 = [called('progress', 3, { n: 1 })];
    for (const [events, calls] of [
      [[viewer.opened, init, viewer.pong, exchange({ n: 1 }, { ms: 1 }), viewer.pong], at3],
      [[viewer.opened, init, exchange({ n: 1 }), viewer.closed(1000, 'us')], one],
      [[viewer.opened, init, exchange({ n: 1 }), viewer.event('completed'), viewer.closed(1006)], one],
    ] as const)
      expect(of(events, calls).found.map((found) => found.split(' @')[0])).toEqual([
        'E31 lost progress',
        'E22 lost progress',
      ]);
  });

  it('to who is on another stream, or is neither', () => {
    const events = [viewer.opened, init, exchange({ n: 1 }), viewer.pong];
    expect(of(events, one, { id: 'other' })).toEqual(none);
    for (const more of [{ stream: 'none' }, { scope: 'none' }]) {
      const about = writtenViewer('viewer', more).about;
      expect(said(monitor, { events, about, jobs: emitJob('job', { calls: one }) })).toEqual(none);
    }
  });

  it('on a space stream that the server cuts, though another job has ended', () => {
    const jobs = {
      ...emitJob('job', { calls: [called('progress', 1, { n: 1 })] }),
      ...emitJob('other', { id: 'other' }),
    };
    const end = (id: string) => space.event('completed', { jobId: id });
    const found = (id: string) =>
      said(monitor, { events: [space.opened, exchange({ n: 1 }), end(id), space.closed(1006)], about, jobs })
        .found;
    expect(found('other')).toEqual([]);
    expect(found(jobId)).toEqual(['E40 lost progress @3']);
    const events = [space.opened, exchange({ n: 1 }), progress(1, space), end(jobId), space.closed(1006)];
    expect(said(monitor, { events, about, jobs }).found).toEqual([]);
  });

  it('to a progress viewer, of what is withheld from it', () => {
    const events = [
      low.opened,
      low.event('init', { status: 'running' }),
      exchange({ n: 1 }, { verb: 'checkpoint' }),
      low.pong,
    ];
    const jobs = emitJob('job', { calls: [called('checkpoint', 2, { n: 1 })] });
    const found = (dialect: string) =>
      said(completeness(emitRulesIn(emit.rules, dialect)), { events, about, jobs }).found;
    expect(found('emit@1')).toEqual(['E32 lost checkpoint @3', 'E22 lost checkpoint @3']);
    expect(found('emit@2')).toEqual([]);
  });
});

describe('an event may come of a call that had no answer, and of one that others made', () => {
  const events = (...between: readonly NewEvent[]) => [
    viewer.opened,
    init,
    ...between,
    progress(1),
    progress(2),
  ];
  const both = (accepted: boolean) => [
    called('progress', 2, { n: 1 }),
    called('progress', 3, { n: 2 }, accepted),
  ];

  it('of one without an answer', () => {
    const unsure = exchange({ n: 2 }, { status: 0 });
    const refused = exchange({ n: 2 }, { status: 409 });
    const unasked = ['E22i unasked progress @5'];
    expect(of(events(exchange({ n: 1 }), unsure), both(false)).found).toEqual([]);
    const byCommand = { ...unsure, url: 'command:progress' } as NewEvent;
    expect(of(events(exchange({ n: 1 }), byCommand), both(false)).found).toEqual([]);
    expect(of(events(exchange({ n: 1 }), refused), both(false)).found).toEqual(['E22i unasked progress @5']);
    expect(of(events(exchange({ n: 1 }), viewer.pong), both(false)).found).toEqual(unasked);
  });

  it.each([
    ['of one that others made', exchange({ n: 2 }), []],
    ['but not of one that was refused', exchange({ n: 2 }, { status: 300 }), ['E22i unasked progress @5']],
    ['nor of one about another job', exchange({ n: 2 }, { id: 'other' }), ['E22i unasked progress @5']],
    ['nor of another call', exchange({ n: 2 }, { verb: 'complete' }), ['E22i unasked progress @5']],
    ['nor of no call', viewer.opened, ['E22i unasked progress @5']],
  ])('%s', (_, other, found) => {
    expect(of(events(exchange({ n: 1 }), other), one).found).toEqual(found);
  });

  it('whatever the id of the job looks like in a path', () => {
    const id = 'a/b c';
    const about = writtenViewer('viewer', { job: id }).about;
    const data = (n: number) => viewer.event('progress', { jobId: id, data: { n } });
    const events = [
      viewer.opened,
      init,
      exchange({ n: 1 }),
      exchange({ n: 2 }, { id: encodeURIComponent(id) }),
    ];
    const jobs = emitJob('job', { id, calls: one });
    expect(said(monitor, { events: [...events, data(1), data(2)], about, jobs }).found).toEqual([]);
  });
});
