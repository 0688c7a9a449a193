import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../wire/event.ts';
import { admitted, describeAnswer, refused, refusedWith, shapeOfAnswer } from './twin.ts';
import { View } from './view.ts';
import { on, written } from './written-recording.ts';

const bad = on('bad');
const good = on('good');
const pair = { attempt: 'bad', twin: 'good' };

const viewOf = (...events: readonly NewEvent[]): View =>
  new View(written({ events, peers: ['bad', 'good'] }));

describe('refused', () => {
  it.each([
    ['a status', bad.refused(403)],
    ['a redirect', bad.refused(302)],
    ['a plain answer', bad.refused(200)],
    ['a reset', bad.unreachable('garbled', 'read ECONNRESET')],
  ])('takes %s for a refusal where the twin is admitted, and rests on the twin', (_, answer) => {
    expect(refused(viewOf(answer, good.opened), pair)).toMatchObject({ kind: 'passed', rests: ['good'] });
  });

  it('fails what is admitted', () => {
    expect(refused(viewOf(bad.opened, good.opened), pair)).toMatchObject({
      kind: 'failed',
      findings: [{ rule: 'admitted', actual: '101 Switching Protocols', frame: 0 }],
    });
  });

  it('fails what is admitted and then closed: 101 is never a refusal', () => {
    expect(refused(viewOf(bad.opened, bad.closed(1008), good.opened), pair)).toMatchObject({
      kind: 'failed',
      findings: [{ actual: '101 Switching Protocols, then a close with 1008' }],
    });
  });

  it('fails what is admitted though the twin is not', () => {
    expect(refused(viewOf(bad.opened, good.refused(500)), pair)).toMatchObject({ kind: 'failed' });
  });

  it('fails silence, which is no answer', () => {
    expect(refused(viewOf(bad.unreachable('silent'), good.opened), pair)).toMatchObject({
      kind: 'failed',
      findings: [{ rule: 'silent' }],
    });
  });

  it('blames nobody for a silence that its twin met as well', () => {
    expect(refused(viewOf(bad.unreachable('silent'), good.unreachable('silent')), pair)).toMatchObject({
      kind: 'untestable',
      reason: expect.stringContaining('twin'),
    });
  });

  it.each([429, 500, 502, 503, 599])('learns nothing from a %d: the server is busy', (status) => {
    expect(refused(viewOf(bad.refused(status), good.opened), pair)).toMatchObject({ kind: 'untestable' });
  });

  it('learns nothing from a failure of the network', () => {
    const view = viewOf(bad.unreachable('network', 'connect ECONNREFUSED'), good.opened);
    expect(refused(view, pair)).toMatchObject({ kind: 'untestable' });
  });

  it.each([
    ['refused as well', good.refused(403), 'status 403'],
    ['not answered', good.unreachable('silent'), 'no answer'],
    ['dropped', good.unreachable('garbled', 'socket hang up'), 'socket hang up'],
  ])('learns nothing where the twin is %s', (_, answer, why) => {
    expect(refused(viewOf(bad.refused(403), answer), pair)).toMatchObject({
      kind: 'untestable',
      reason: expect.stringContaining(why),
    });
  });

  it('reads the open point that a status answers', () => {
    const view = viewOf(bad.refused(401), good.opened);
    expect(refused(view, { ...pair, openPoint: 'A28' })).toMatchObject({
      readings: [{ point: 'A28', value: '401', frame: 0 }],
    });
  });

  it('reads no open point from a reset, which has no status', () => {
    const view = viewOf(bad.unreachable('garbled'), good.opened);
    expect(refused(view, { ...pair, openPoint: 'A28' })).toMatchObject({ kind: 'passed', readings: [] });
  });
});

describe('refusedWith', () => {
  it.each([401, 403])('takes a status of the list: %d', (status) => {
    expect(refusedWith(viewOf(bad.refused(status), good.opened), pair, [401, 403])).toMatchObject({
      kind: 'passed',
      rests: ['good'],
    });
  });

  it('fails a status that is not of the list', () => {
    expect(refusedWith(viewOf(bad.refused(404), good.opened), pair, [401, 403])).toMatchObject({
      kind: 'failed',
      findings: [{ rule: 'status', expected: 'status 401 or 403', actual: 'status 404' }],
    });
  });

  it('fails a refusal without any status', () => {
    expect(refusedWith(viewOf(bad.unreachable('garbled'), good.opened), pair, [403])).toMatchObject({
      kind: 'failed',
      findings: [{ actual: 'no HTTP status: the connection was dropped' }],
    });
  });

  it.each([
    ["what is admitted: that is the refusal's own failure", bad.opened, good.opened],
    ['silence', bad.unreachable('silent'), good.opened],
    ['a busy server', bad.refused(503), good.opened],
    ['a refusal whose twin is refused as well', bad.refused(403), good.refused(403)],
  ])('says nothing of %s', (_, attempt, twin) => {
    expect(refusedWith(viewOf(attempt, twin), pair, [403])).toMatchObject({ kind: 'untestable' });
  });
});

describe('admitted', () => {
  it('takes a 101', () => {
    expect(admitted(viewOf(good.opened), 'good')).toMatchObject({ kind: 'passed', rests: ['good'] });
  });

  it.each([
    ['a refusal', good.refused(403), 'status 403'],
    ['silence', good.unreachable('silent'), 'no answer'],
    ['a reset', good.unreachable('garbled', 'socket hang up'), 'no HTTP answer: socket hang up'],
  ])('fails %s', (_, answer, actual) => {
    expect(admitted(viewOf(answer), 'good')).toMatchObject({ kind: 'failed', findings: [{ actual }] });
  });

  it.each([
    ['a busy server', good.refused(429)],
    ['a failing server', good.refused(500)],
    ['the network', good.unreachable('network')],
  ])('does not blame the target for %s', (_, answer) => {
    expect(admitted(viewOf(answer), 'good')).toMatchObject({ kind: 'untestable' });
  });
});

it.each([
  [good.opened, '101 Switching Protocols'],
  [good.refused(404), 'status 404'],
  [good.unreachable('silent'), 'no answer'],
  [good.unreachable('garbled', 'Parse Error'), 'no HTTP answer: Parse Error'],
])('describes an answer in a few words', (answer, words) => {
  expect(describeAnswer(viewOf(answer), 'good')).toBe(words);
});

it.each([
  [good.opened, 'status 101'],
  [good.refused(404), 'status 404'],
  [good.unreachable('silent'), 'no answer: silent'],
  [good.unreachable('garbled', 'Parse Error'), 'no answer: garbled'],
])('tells the kind of an answer without the words of whoever could not read it', (answer, shape) => {
  expect(shapeOfAnswer(viewOf(answer).answer('good'))).toBe(shape);
});
