import { expect, it } from 'vitest';
import { emitRulesIn } from '../../../contract/emit-dialect.ts';
import { loadContract } from '../../../contract/load.ts';
import { said } from '../../../suite/written-watch.ts';
import { aboutLow, aboutSpace, called, emitJob, writtenViewer } from '../written-viewer.ts';
import { letsIn } from './lets-in.ts';

const { emit } = await loadContract();
const { opened, refused, frame, about, unreachable } = writtenViewer('viewer');
const judged = ['E44 viewer'];
const none = { found: [], judged: [], read: [] };
const turnedAway = { ...none, judged, found: ['E44 turned-away @0'] };
const of = (
  event: Parameters<typeof said>[1]['events'],
  more = about,
  jobs = emitJob('job'),
  dialect = 'emit@1',
) => said(letsIn(emitRulesIn(emit.rules, dialect)), { events: event ?? [], about: more, jobs });
const who = (more: object) => writtenViewer('viewer', more as Record<string, string>).about;

it.each([
  ['is let in', opened, { ...none, judged }],
  ['is not', refused(401), turnedAway],
  ['is sent away as for a job that is not there', refused(404), turnedAway],
  ['is sent elsewhere', refused(499), turnedAway],
  ['has to wait, since the server is busy', refused(429), { ...none, judged }],
  ['meets a server that is out of order', refused(500), { ...none, judged }],
  ['meets nobody, which is no answer', unreachable('silent'), none],
  ['is told something', frame('{}'), none],
])('whoever may watch a job that was just made %s', (_, event, said) => {
  expect(of([event])).toEqual(said);
});

it('progress viewers may watch as well, and in the third version anybody', () => {
  expect(of([refused(401)], who(aboutLow))).toEqual(turnedAway);
  expect(of([refused(401)], who({ credential: 'none' }))).toEqual(none);
  expect(of([refused(401)], who({ credential: 'none' }), emitJob('job'), 'emit@3')).toEqual(turnedAway);
});

it.each([
  ['who may not watch it', who({ credential: 'garbage' })],
  ['of whom it is not settled', who({ credential: 'worker' })],
  ['who watches a space', who(aboutSpace)],
  ['who watches a space, with a job in mind', who({ stream: 'space' })],
  ['who watches another job', who({ job: 'other' })],
  ['of whom nothing is known', {}],
  ['whose credential is not known', who({ credential: '' })],
])('nothing is said of one %s', (_, about) => {
  expect(of([refused(401)], about as never)).toEqual(none);
});

it('nor of a job on which somebody has worked before', () => {
  const calls = [called('poll', 1)];
  const at = (seq: number) =>
    of([...Array(seq).fill(frame('{}')), refused(401)], about, emitJob('job', { calls }));
  expect(at(0).found).toEqual(['E44 turned-away @0']);
  expect(at(1).found).toEqual(['E44 turned-away @1']);
  expect(at(2)).toEqual(none);
});
